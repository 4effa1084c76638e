"""Nothing in; out, the words that mail programs put around a quotation or below a letter, in the languages they speak.

Each list is one alternative of a pattern, made once. A language is added by adding its words here.
"""

import re

ADDRESS = r"[^\s<>()\"]{1,80}@[^\s<>()\"]{1,120}"

# "On Monday … wrote:" may begin with these; elsewhere a date, a name or an address begins it.
OPENINGS = (
    "On|El|Le|Am|Il|Em|Op|Den|Dne|Dnia|W dniu|På|Pe|În|Vào|Στις|Pada|Al|Dia|El dia|Il giorno|Wiadomość napisana"
    "|Missatge de"
)
WROTE = (
    r"wrote|writes|escribi[óo]|escribe|a écrit|schrieb|schreibt|ha scritto|schreef|heeft geschreven"
    r"|het volgende geschreven|escreveu|skrev|napisana przez|napisał(?:\(a\)|a)?|pisze|kirjoitti|napsal(?:\(a\)|a)?"
    r"|написа[лв](?:\(а\)|а)?"
    r"|пишет|пише|写道|寫道|のメール|作成|書きました|작성|yazdı|ezt írta|a scris|έγραψε|đã viết|menulis|va escriure"
)
FROM = (
    "From|De|Von|Da|Van|Od|Från|Fra|Lähettäjä|От|От кого|Від|差出人|发件人|寄件者|寄件人"
    "|보낸 사람|Gönderen|Kimden|Feladó"
    "|De la|Από|Từ|Dari|Remitente"
)
HEADERS = (
    "Sent|Date|To|Subject|Cc|Bcc|Reply-To|Importance|Attachments"
    "|Enviado|Enviado el|Enviada|Enviado em|Fecha|Para|Asunto|Data|Assunto"
    "|Gesendet|Datum|An|Betreff|Envoyé|Date d'envoi|À|A|Objet|Inviato|Oggetto"
    "|Verzonden|Aan|Onderwerp|Wysłano|Wysłane|Do|Temat|Skickat|Till|Ämne|Sendt|Dato|Til|Emne"
    "|Lähetetty|Päivämäärä|Vastaanottaja|Aihe|Odesláno|Komu|Předmět|Отправлено|Дата|Кому|Тема|Надіслано"
    "|送信日時|日付|宛先|件名|发送时间|发送日期|日期|收件人|主题|傳送時間|寄件日期|收件者|主旨|보낸 날짜|받는 사람|제목"
    "|Gönderildi|Gönderme Tarihi|Tarih|Kime|Konu|Elküldve|Dátum|Címzett|Tárgy|Trimis|Către|Subiect"
    "|Στάλθηκε|Ημερομηνία|Προς|Θέμα|Kopie|Kopia|Kopi|Copia"
)
# Between dashes, or alone on a line above the names and dates.
ORIGINAL = (
    "Original Message|Original E-?mail|Forwarded message|Forwarded by|Reply message|Reply above|Begin forwarded message"
    "|Start of forwarded message|Mensaje original|Mensaje reenviado|Inicio del mensaje reenviado|Message d'origine"
    "|Message original|Message transféré|Début du message (?:transféré|réexpédié)|Ursprüngliche (?:Nachricht|Mail)"
    "|Originalnachricht|Original-?Nachricht|Weitergeleitete Nachricht|Anfang der weitergeleiteten (?:Nachricht|E-Mail)"
    "|Mensagem original|Mensagem encaminhada|Início da mensagem (?:re)?encaminhada|Messaggio originale"
    "|Messaggio inoltrato|Inizio messaggio inoltrato|Oorspronkelijk bericht|Doorgestuurd bericht"
    "|Begin doorgestuurd bericht|Wiadomość oryginalna|Oryginalna wiadomość|Przekazana wiadomość"
    "|Początek przekazywanej wiadomości|Oprindelig meddelelse|Videresendt (?:meddelelse|melding)"
    "|Ursprungligt meddelande|Originalmeddelande|Vidarebefordrat meddelande|Opprinnelig melding"
    "|Alkuperäinen viesti|Välitetty viesti|Původní zpráva|Přeposlaná zpráva"
    "|Исходное сообщение|Оригинальное сообщение|Пересылаемое сообщение|Пересланное сообщение"
    "|元のメッセージ|転送されたメッセージ|原始邮件|转发邮件|原始郵件|원본 메시지|Özgün ileti|Eredeti üzenet"
)
_PROGRAMS = (
    r"e?-?mail|outlook|yahoo|aol|proton|samsung|gmail|iphone|ipad|ipod|android|galaxy|windows|hotmail|thunderbird"
    r"|k-9|fairemail|tutanota|gmx|web\.de|spark|bluemail|blue mail|mailspring|icloud|typeapp|workspace|my mail"
    r"|correo|handy|posta|courrier|e-post|почт\w+"
)
_DEVICES = (
    r"iphone\w*|ipad\w*|ipod|android\S*|galaxy|samsung|smart ?phone|phone|handy|mobil\w*|cell\w*|device|tablet|pixel"
    r"|moto\w*|huawei|xiaomi|redmi|oneplus|nokia|blackberry\S*|htc|kindle|surface|windows|mac|macbook|computer|pc|laptop"
    r"|t[eé]l[eé]fono|celular|m[oó]vil|t[eé]l[eé]phone|telefon\w*|ger[äa]t|verizon|at&t|t-mobile|wireless"
)
_NAMED = rf".{{0,50}}\b(?:{_DEVICES}|{_PROGRAMS})\b.{{0,90}}"
# "Sent from my phone because I cannot get up" is a person's own sentence.
_PERSON = r".{0,200}\b(?:i|i'm|because|but|and|he|she|porque|pero|weil|aber)\b"
SENT_FROM = re.compile(
    rf"^\s*[\[(<*]?(?!{_PERSON})(?:"
    rf"Sent (?:from|via|with|using|on)\b{_NAMED}|Get (?:Outlook|BlueMail|TypeApp) for\b.{{0,80}}"
    r"|Sent from my \w[\w'’.+-]{0,20}(?: \w[\w'’.+-]{0,20})? (?:device|phone|mobile|tablet).{0,40}"
    rf"|Enviad[oa] (?:desde|con|del?|do|a partir d[aeo]|via)\b{_NAMED}"
    rf"|(?:Obtener|Obtenga|Obten|Obtén|Descargar|Obter|Obtenha|Obtenir|Obtenez|Téléchargez|Télécharger|Ottieni|Scarica|Download"
    rf"|Holen Sie sich|Hent|Skaffa|Hämta|Pobierz|Získat|Скачать|Hanki)\b.{{0,12}}\bOutlook\b.{{0,90}}"
    r"|Outlook (?:für|voor|para|per|pour|til|för)\b.{0,12}\b(?:iOS|Android)\b.{0,90}"
    rf"|(?:Von (?:meinem|unterwegs)|Gesendet (?:von|mit|über)|Diese (?:Nachricht|E-Mail) wurde von|Mit der)\b{_NAMED}"
    rf"|Envoyé (?:de|depuis|à partir|avec|par)\b{_NAMED}|Inviato (?:da|dal|con)\b{_NAMED}"
    rf"|(?:Verstuurd|Verzonden) (?:vanaf|met|van|via)\b{_NAMED}|Sendt (?:fra|med)\b{_NAMED}|Skickat från\b{_NAMED}"
    rf"|Lähetetty\b{_NAMED}|Wysłan[eoy] (?:z|ze|przy)\b{_NAMED}|Odesláno (?:z|ze)\b{_NAMED}"
    rf"|Отправлено (?:с|со|из)\b{_NAMED}"
    r"|.{0,12}(?:iPhone|iPad|Android|Galaxy)から送信.{0,10}|(?:发自|發自|從)我的.{0,40}"
    r"|Yahoo Mail: .{0,60}|Virus-free\..{0,60}|Libre de virus\..{0,60}|Virenfrei\..{0,60}"
    r")[\])>.!*]?\s*$",
    re.IGNORECASE,
)
