"""Nothing in; out, what mail programs write above a quotation, in their own languages."""

from dataclasses import dataclass

CLINIC = "Ashfield Clinic"
ADDRESS = "course@example.org"
WHO = f"{CLINIC} <{ADDRESS}>"


@dataclass(frozen=True)
class Language:
    """``gmail``, ``apple`` and ``thunderbird`` are whole attributions; ``labels`` From, Sent, To, Subject."""

    code: str
    own: tuple[str, str]
    gmail: str
    apple: str
    thunderbird: str
    labels: tuple[str, str, str, str]
    date: str
    original: str
    forwarded: str
    sent_from: str
    outlook: str


LANGUAGES = (
    Language(
        "en", ("Can I walk with a stick? It helps on hills.", "Thank you."),
        f"On Mon, Nov 23, 2026 at 10:00 AM {WHO} wrote:", f"On Nov 23, 2026, at 10:00 AM, {WHO} wrote:",
        f"On 11/23/26 10:00, {CLINIC} wrote:", ("From", "Sent", "To", "Subject"), "Monday, November 23, 2026 10:00 AM",
        "Original Message", "Forwarded message", "Sent from my iPhone", "Get Outlook for iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "es", ("¿Puedo caminar con bastón? Me ayuda en las cuestas.", "Muchas gracias."),
        f"El lun, 23 nov 2026 a las 10:00, {CLINIC} (<{ADDRESS}>) escribió:",
        f"El 23 nov 2026, a las 10:00, {WHO} escribió:", f"El 23/11/26 a las 10:00, {CLINIC} escribió:",
        ("De", "Enviado", "Para", "Asunto"), "lunes, 23 de noviembre de 2026 10:00", "Mensaje original",
        "Mensaje reenviado", "Enviado desde mi iPhone", "Obtener Outlook para Android<https://aka.ms/AAb9ysg>",
    ),
    Language(
        "de", ("Darf ich mit Stock gehen? Bergauf hilft er.", "Danke."),
        f"Am Mo., 23. Nov. 2026 um 10:00 Uhr schrieb {WHO}:", f"Am 23.11.2026 um 10:00 schrieb {WHO}:",
        f"Am 23.11.26 um 10:00 schrieb {CLINIC}:", ("Von", "Gesendet", "An", "Betreff"),
        "Montag, 23. November 2026 10:00", "Ursprüngliche Nachricht", "Weitergeleitete Nachricht",
        "Von meinem iPhone gesendet", "Holen Sie sich Outlook für iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "fr", ("Puis-je marcher avec une canne ? Elle aide.", "Merci."),
        f"Le lun. 23 nov. 2026 à 10:00, {WHO} a écrit :", f"Le 23 nov. 2026 à 10:00, {WHO} a écrit :",
        f"Le 23/11/2026 à 10:00, {CLINIC} a écrit :", ("De", "Envoyé", "À", "Objet"), "lundi 23 novembre 2026 10:00",
        "Message d'origine", "Message transféré", "Envoyé de mon iPhone",
        "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "pt", ("Posso andar com bengala? Ajuda nas subidas.", "Obrigada."),
        f"Em seg., 23 de nov. de 2026 às 10:00, {WHO} escreveu:", f"Em 23 de nov. de 2026, à(s) 10:00, {WHO} escreveu:",
        f"Em 23/11/2026 10:00, {CLINIC} escreveu:", ("De", "Enviado", "Para", "Assunto"),
        "segunda-feira, 23 de novembro de 2026 10:00", "Mensagem original", "Mensagem encaminhada",
        "Enviado do meu iPhone", "Obter o Outlook para iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "it", ("Posso camminare con il bastone? Mi aiuta.", "Grazie."),
        f"Il giorno lun 23 nov 2026 alle ore 10:00 {WHO} ha scritto:",
        f"Il giorno 23 nov 2026, alle ore 10:00, {WHO} ha scritto:", f"Il 23/11/2026 10:00, {CLINIC} ha scritto:",
        ("Da", "Inviato", "A", "Oggetto"), "lunedì 23 novembre 2026 10:00", "Messaggio originale",
        "Messaggio inoltrato", "Inviato da iPhone", "Scarica Outlook per iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "nl", ("Mag ik met een stok lopen? Dat helpt.", "Bedankt."),
        f"Op ma 23 nov 2026 om 10:00 schreef {WHO}:", f"Op 23 nov 2026 om 10:00 heeft {WHO} het volgende geschreven:",
        f"Op 23-11-2026 om 10:00 schreef {CLINIC}:", ("Van", "Verzonden", "Aan", "Onderwerp"),
        "maandag 23 november 2026 10:00", "Oorspronkelijk bericht", "Doorgestuurd bericht",
        "Verstuurd vanaf mijn iPhone", "Download Outlook voor iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "pl", ("Czy mogę chodzić z laską? Pomaga.", "Dziękuję."),
        f"pon., 23 lis 2026 o 10:00 {WHO} napisał(a):", f"Wiadomość napisana przez {WHO} w dniu 23 lis 2026, o godz. 10:00:",
        f"W dniu 23.11.2026 o 10:00, {CLINIC} pisze:", ("Od", "Wysłane", "Do", "Temat"),
        "poniedziałek, 23 listopada 2026 10:00", "Oryginalna wiadomość", "Przekazana wiadomość",
        "Wysłane z iPhone’a", "Pobierz Outlook dla systemu iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "sv", ("Får jag gå med käpp? Det hjälper.", "Tack."),
        f"Den mån 23 nov. 2026 kl 10:00 skrev {WHO}:", f"23 nov. 2026 kl. 10:00 skrev {WHO}:",
        f"Den 2026-11-23 kl. 10:00, skrev {CLINIC}:", ("Från", "Skickat", "Till", "Ämne"), "den 23 november 2026 10:00",
        "Ursprungligt meddelande", "Vidarebefordrat meddelande", "Skickat från min iPhone",
        "Hämta Outlook för iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "ru", ("Можно ходить с палкой? Мне легче.", "Спасибо."),
        f"пн, 23 нояб. 2026 г. в 10:00, {WHO}:", f"23 нояб. 2026 г., в 10:00, {WHO} написал(а):",
        f"23.11.2026 10:00, {CLINIC} пишет:", ("От", "Отправлено", "Кому", "Тема"), "23 ноября 2026 г. 10:00",
        "Исходное сообщение", "Пересылаемое сообщение", "Отправлено с iPhone",
        "Скачать Outlook для iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "ja", ("杖で歩いてもいいですか。坂道で楽です。", "ありがとう。"),
        f"2026年11月23日(月) 10:00 {WHO}:", f"2026/11/23 10:00、{WHO}のメール:", f"On 2026/11/23 10:00, {CLINIC} wrote:",
        ("差出人", "送信日時", "宛先", "件名"), "2026年11月23日月曜日 10:00", "元のメッセージ", "転送されたメッセージ",
        "iPhoneから送信", "Get Outlook for iOS<https://aka.ms/o0ukef>",
    ),
    Language(
        "zh", ("我可以拄拐杖走路吗？上坡轻松一些。", "谢谢。"),
        f"{WHO} 于2026年11月23日周一 10:00写道：", f"在 2026年11月23日，10:00，{WHO} 写道：",
        f"在 2026/11/23 10:00, {CLINIC} 写道:", ("发件人", "发送时间", "收件人", "主题"), "2026年11月23日 10:00",
        "原始邮件", "转发邮件", "发自我的 iPhone", "Get Outlook for iOS<https://aka.ms/o0ukef>",
    ),
)  # fmt: skip
