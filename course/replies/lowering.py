"""A red flag's words and what stands around them in; why a person should check it first instead, or nothing, out.

Four reasons lower a rule to `check`: it is denied, long past, about somebody else, or quoted or only asked about.
Words of here and now ("since this morning", "help") keep its tier. Nothing is ever lowered to nothing.
"""

import re
from collections.abc import Sequence
from re import Match

from course.curriculum.model import RedFlag
from course.curriculum.pattern import compiled
from course.curriculum.plain_words import Plain

_FEW = 90  # characters before a flag in which a denial may begin

_NO = re.compile(
    r"\b(?:no|not|never|without|nor|neither|denies|deny|sin|(?:nunca|tampoco|jamas)(?: (?:he|ha|me|se|tuve"
    r"|tengo|habia|han))*|ni"
    r"|(?:do not|dont|does not|doesnt|have not|havent|has not|hasnt|had not|hadnt|did not|didnt|never|am not|aint)"
    r" (?:really |ever |yet |currently )?(?:have|had|has|got|get|feel|felt|been|having|experience|experienced"
    r"|suffer|notice|noticed|see|seen)"
    r"|(?:do not|dont|did not|didnt|would not|wouldnt|am not going|not going|no) (?:want|wish|plan|intend"
    r"|quiero|voy a|pienso)"
    r"|no (?:tengo|tiene|tuve|tenia|he tenido|ha tenido|hay|habia|siento|he sentido|noto|he notado"
    r"|me he sentido|es|estoy|esta))"
    r"(?: (?:to|any|a|an|the|more|new|sign|signs|of|been|having|had|have|got|my|in|problem|problems|trouble"
    r"|issue|issues|with"
    r"|feeling|yet|really|ever|other|real|kind|type|sort|sudden|like|from|at|all|either|such"
    r"|tenido|sentido|ningun|ninguna|nada|de|el|la|los|las|mi|mis|un|una|en|con|problemas|signos|senales|mas"
    r"|tenido|tengo|sentido|siento))*\s*$"
)
_NOT_ONLY = re.compile(r"\bnot (?:only|just)\s*$|\bno (?:solo|solamente)\s*$")
_OR = re.compile(
    r"^ (?:or|nor|o|ni|and|y|e|u)(?: (?:any|a|the|my|no|ni|de|el|la|los|las|mi|ningun|ninguna|un|una))* $|^ $"
)
_GAP_NO = re.compile(
    r"(?<!can )(?<!could )(?<!does )(?<!do )(?<!will )(?<!would )\b(?:not|isnt|arent|wasnt|werent|never"
    r"|neither|nunca|tampoco|without|sin)\b"
    r"|\bno (?:esta|estan|es|son|tengo|hay|se me|longer any)\b"
)
# "never had chest pain before", "no numbness until today": these tell of something new.
_NEW_AFTER_ALL = re.compile(
    r"\b(?:until|till|before|except|antes|hasta|up to now|anymore|any more)\b"
    r"|\b(?:but|pero|and|y) (?:now|today|tonight|since|lately|suddenly|this|yesterday|hoy|ahora|desde|ayer"
    r"|anoche|de repente|esta)\b"
)
_NOW = re.compile(
    r"\b(?:(?<!years )(?<!not )now|(?:minutes?|hours?) ago|today|tonight|again|since|still|just|sudden"
    r"|suddenly|yesterday|lately|worse"
    r"|worsening|right away|help(?! (?:me )?(?:understand|with))"
    r"|this (?:morning|week|afternoon|evening|minute|weekend)|last (?:night|few)|new|started|what do we do"
    r"|what should (?:we|i) do(?! if)"
    r"|(?:is|am|are) having|ahora|ahorita|hoy|ayer|anoche|desde|otra vez|de nuevo|todavia|sigo|sigue"
    r"|de repente|de pronto"
    r"|repentin\w*|subit\w*|ayuda|ayudenme|socorro|esta (?:manana|tarde|noche|semana)|peor|empezo|empeor\w*"
    r"|acaba de|que hacemos)\b"
)
_PAST = re.compile(
    r"\b(?:years? ago|decades? ago|last year|years? back|as an? (?:child|kid|boy|girl|teenager)|long ago|back then"
    r"|(?:in|since|back in|around) (?:19|20)\d\d|used to|in the past|in my (?:twenties|thirties|teens|youth"
    r"|20s|30s|40s)"
    r"|when i was (?:a|an|young|younger|little|pregnant|in my|about|\d+)|before (?:my"
    r"|the) (?:\w+ )?(?:operation|surgery|op|injection)"
    r"|hace (?:\w+ ){0,2}(?:ano|anos|decadas)|hace mucho(?: tiempo)?|de (?:nino|nina|joven|pequeno|pequena"
    r"|chico|chica)"
    r"|el ano pasado|en (?:19|20)\d\d|cuando (?:era|tenia) (?:\w+)|antes de (?:la|mi) (?:operacion|cirugia)"
    r"|en el pasado|una vez tuve)\b"
)
_KIN = (
    r"(?:father|dad|daddy|mother|mum|mom|mam|husband|wife|partner|son|daughter|brother|sister|friend"
    r"|neighbou?r|uncle|aunt|auntie"
    r"|grandmother|grandfather|grandma|grandpa|gran|nan|cousin|colleague|coworker|boss|boyfriend|girlfriend"
    r"|roommate|dog|cat"
    r"|(?:mother|father|sister|brother|son|daughter) in law"
    r"|padre|papa|madre|mama|esposo|esposa|marido|mujer|hijo|hija|hermano|hermana|amigo|amiga|vecino|vecina"
    r"|tio|tia|abuelo|abuela"
    r"|primo|prima|suegro|suegra|cunado|cunada|companero|companera|novio|novia|perro|gato)"
)
_OTHERS = re.compile(
    rf"\b(?:(?:my|our|his|her|their|the|a|mi|un|una|el|la|su|nuestro|nuestra) (?:\w+ )?{_KIN}"
    r"|someone|somebody|a (?:lady|man|woman|guy|reader|person)|people|some (?:readers|patients|people)|others"
    r"|patients"
    r"|one reader|alguien|la gente|una senora|un senor|otros pacientes|otras personas)\b"
)
_ME = re.compile(r"\b(?:i|im|ive|me|my|mine|myself|mi|mis|me|yo|conmigo|tengo|siento|estoy|puedo|we)\b")
# Somebody close who is ill as the words are written, or who is the one that takes the course.
_ILL_NOW = re.compile(
    r"\b(?:(?:he|she|they) (?:cannot|cant|can not|can hardly|can barely) (?:speak|talk|lift|move|breathe|feel|see"
    r"|stand|wake|stay)|(?:cannot|cant|can not|hardly|barely) (?:wake|rouse)|wont wake|not (?:waking"
    r"|breathing|responding)"
    r"|(?:is|are|keeps) (?:drooping|slurring|gasping|fainting|shaking|collapsing|turning blue)"
    r"|wants? to (?:die|kill)|(?:takes|does|doing|taking|is on) (?:this|the|your) course|amanecio"
    r"|no hay (?:quien|manera|forma)|no (?:se )?despierta"
    r"|no (?:responde|reacciona|respira)|respira (?:muy|poco)|no puede (?:hablar|levantar|mover|respirar|sentir|orinar"
    r"|tragar|despertar)|(?:toma|hace|lleva|sigue) (?:el|este|su) curso|quiere (?:morir\w*|matar\w*)"
    r"|hace (?:\w+ ){0,2}(?:minutos?|horas?|rato|ratito))\b"
)
_HIS_AFTER = re.compile(
    rf"^ (?:(?:that|which|like|as) )?(?:my|our) {_KIN} (?:had|has|got|gets|felt|suffered)\b|^ (?:que"
    rf"|como) (?:tuvo|tenia|tiene) (?:mi|un|una) {_KIN}\b"
)
_QUOTED = re.compile(
    r"\b(?:(?:you|they) (?:said|say|wrote|write|mention\w*|listed|told me about|talk about)"
    r"|(?:the|your|this|that|a|an) (?:\w+ )?(?:lesson|leaflet|text|email|mail|message|article|page|book"
    r"|booklet|video|course|website|site|app|list|sheet|magazine|paper|letter)"
    r" (?:\w+ ){0,2}(?:says?|said|mention\w*|talks?|talked|lists?|listed|warns?|warned|asks?|tells?|told|about"
    r"|on|describes?|speaks?)"
    r"|i (?:read|heard|saw|watched|googled|was reading)|it (?:says|said)|what (?:is|are|does|do you mean by|if"
    r"|would happen if|happens if|to do if|counts as)(?: i)?"
    r"|what (?:should|do|must|would|can) (?:i|we) do if(?: i| we)?|if (?:i|we) (?:ever|should|were to|do get"
    r"|get|had|start|notice|did)|in case(?: i)?"
    r"|when (?:should|do|must) i (?:worry|call|ring|go)"
    r"|does (?:anyone|anybody|this(?! course)|it|stenosis|the|that|a|an)"
    r"|do (?:people|others|most|all)"
    r"|(?:can|could|does|will|would|might|may) (?:(?!i |my )\w+ ){1,5}(?:cause|lead to|give|bring on|mean"
    r"|become|turn into|result in)"
    r"|(?:signs?|symptoms?|risk|risks|meaning|definition|word|words|term) (?:of|like|for)?|such as|how (?:do"
    r"|would|will) i know|how to (?:spot|tell|recogni[sz]e)"
    r"|watch (?:out )?for|look (?:out )?for|is it true|should i be looking for|one day i (?:will|might|may)"
    r"|(?:leccion|folleto|mensaje|articulo|texto|correo|video|curso|pagina|libro|carta) (?:\w+ ){0,3}(?:dice"
    r"|decia|habla|menciona|explica|sobre|avisa|pregunta)"
    r"|dice que|dicen que|lei|leia|he leido|escuche|oi|me hablaron de|que (?:es|son|significa|quiere decir)"
    r"|que (?:hago|hacemos|debo hacer|pasa|haria) si|y si"
    r"|si (?:algun dia|alguna vez|llego a|llegara|tuviera|me pasa|noto|notara)|pueden? (?:\w+ ){1,4}(?:causar"
    r"|provocar|dar|producir)|puede (?:causar|provocar|dar|producir)"
    r"|en caso de|senal(?:es)? de|sintomas? (?:de|como)|riesgo de|como (?:se|saber)|cuando debo (?:preocuparme"
    r"|llamar|ir)|es verdad que)\b"
)
_FOR_ME = re.compile(
    r"\b(?:(?:and|y|but|pero|because|porque) (?:i|im|ive|me|my|mi|mis|yo|tengo|siento|estoy|ya)|ive|i (?:have"
    r"|had|got|feel|am|cannot|cant)|tengo|siento|estoy|me ha|se me)\b"
)


_IS_IT = re.compile(r"^(?:is|are|does|do|es|son) (?:(?:the|a|an|any|el|la|un|una) )?$")
# "Your lesson says to write: I can't feel my legs" is said of oneself; "what to do if I can't feel them" is asked.
_I_AM = re.compile(
    r"(?<!if)(?<!when)(?<!that)(?<!whether)(?<!whenever)(?<!of)(?<!once) (?:i|my)(?: just| really| still)? $"
)


def all_lowered(rule: RedFlag, hits: Sequence[Match[str]], words: Plain) -> bool:
    """Return whether every match of one rule is lowered; a match inside a lowered one is lowered with it."""
    lowered_end = -1
    for hit in sorted(hits, key=lambda each: each.span()):
        start, end = hit.span()
        chained = 0 <= lowered_end <= start and bool(_OR.match(words.text[lowered_end:start]))
        if not (start < lowered_end or chained or _lowered(rule, hit, words)):
            return False
        lowered_end = max(lowered_end, end)
    return True


def _lowered(rule: RedFlag, hit: Match[str], words: Plain) -> bool:
    start, end = hit.span()
    before, after = words.sentence(start, end)
    if _denied(hit, before, after):
        return True
    whole = f"{before}{hit[0]}{after}"
    if words.in_quotes(start, end):
        return True
    if _NOW.search(whole):
        return False
    eased = any(compiled(pattern.expression).search(whole) for pattern in rule.eased_by)
    past = rule.tier != "C" and bool(_PAST.search(whole))  # what was once may be all that a rule of days is about
    return eased or past or (_of_others(hit[0], before, after) and not _ILL_NOW.search(whole)) or _asked_about(before)


def _denied(hit: Match[str], before: str, after: str) -> bool:
    if any(_GAP_NO.search(gap) for gap in hit.groups() if gap):
        return True
    if _NOT_ONLY.search(before) or _NEW_AFTER_ALL.search(hit[0] + after):
        return False
    return bool(_NO.search(before[-_FEW:]))


def _of_others(hit: str, before: str, after: str) -> bool:
    if _HIS_AFTER.search(after):
        return True
    others = list(_OTHERS.finditer(before))
    return bool(others) and not _ME.search(before[others[-1].end() :]) and not _ME.search(hit)


def _asked_about(before: str) -> bool:
    asked = list(_QUOTED.finditer(before))
    if _IS_IT.search(before):
        return True
    since = before[asked[-1].end() :] if asked else ""
    return bool(asked) and not _FOR_ME.search(since) and not _I_AM.search(since)
