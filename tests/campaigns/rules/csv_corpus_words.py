"""The headings, people and companies that the corpus of CSV files is made of, as CRMs, spreadsheets and people write them."""

# ruff: noqa: RUF001 - headings and names in many scripts are the point of this file

from __future__ import annotations


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("·"))


HEADINGS: dict[str, tuple[str, ...]] = {
    "email": _listed(
        """email · E-Mail · EMAIL ADDRESS · Email_Address · emailAddress · e mail · Work Email · Primary Email · Business E-mail ·
        Contact Email · Email (Work) · Email * · Email (required) · contact.email · Email__c · Mail · E-Mail-Adresse · Mailadresse ·
        Geschäftliche E-Mail · Adresse e-mail · Courriel · Adresse électronique · E-mail professionnel · Correo electrónico · Correo ·
        Indirizzo e-mail · Posta elettronica · Endereço de e-mail · E-mailadres · E-postadress · Sähköposti · Adres e-mail ·
        E-mailová adresa · E-posta · Электронная почта · Эл. почта · Електронна пошта · Διεύθυνση email · 邮箱 · 电子邮件 ·
        メールアドレス · 이메일 · البريد الإلكتروني · ईमेल · Địa chỉ email"""
    ),
    "full_name": _listed(
        """Name · Full Name · full_name · contact name · Contact · Contact Person · FullName · Display Name · Lead Name ·
        Ansprechpartner · Vor- und Nachname · Nom complet · Nom et prénom · Nombre completo · Nombre y apellidos · Nome completo ·
        Nome e cognome · Volledige naam · Imię i nazwisko · Jméno a příjmení · Ad Soyad · ФИО · Имя и фамилия · Ονοματεπώνυμο ·
        姓名 · 氏名 · 이름 · الاسم الكامل · Họ và tên"""
    ),
    "first_name": _listed(
        """First Name · first_name · FIRSTNAME · firstName · Given Name · Forename · Contact First Name · First Name (required) ·
        Vorname · Prénom · Primer nombre · Primeiro nome · Voornaam · Förnamn · Fornavn · Etunimi · Křestní jméno · Keresztnév ·
        Prenume · Личное имя"""
    ),
    "last_name": _listed(
        """Last Name · last_name · LASTNAME · lastName · Surname · Family Name · Contact Last Name · Nachname · Familienname ·
        Nom de famille · Apellidos · Apellido · Cognome · Sobrenome · Achternaam · Efternamn · Etternavn · Sukunimi · Nazwisko ·
        Příjmení · Vezetéknév · Soyadı · Фамилия · Прізвище · Επώνυμο"""
    ),
    "company": _listed(
        """Company · Company Name · company_name · COMPANY · Organization · Organisation · Account Name · Employer ·
        Current Company · Company / Account · Business Name · Firma · Unternehmen · Firmenname · Entreprise · Société ·
        Raison sociale · Nom de l'entreprise · Empresa · Razón social · Azienda · Ragione sociale · Nome da empresa · Bedrijf ·
        Bedrijfsnaam · Företag · Virksomhed · Yritys · Nazwa firmy · Název společnosti · Şirket Adı · Компания · Организация ·
        Εταιρεία · 公司 · 公司名称 · 会社名 · 회사명 · الشركة"""
    ),
    "title": _listed(
        """Title · Job Title · job_title · jobTitle · Position · Role · Job Role · Designation · Current Title · Berufsbezeichnung ·
        Funktion · Jobtitel · Fonction · Poste · Intitulé du poste · Cargo · Puesto · Ruolo · Qualifica · Função · Functie ·
        Befattning · Stilling · Tehtävänimike · Stanowisko · Pracovní pozice · Unvan · Должность · Посада · 职位 · 役職 · 직책"""
    ),
    "website": _listed(
        """Website · Website URL · Company Website · URL · Homepage · Domain · Web Site · Company Domain · Webseite · Site web ·
        Site internet · Sitio web · Página web · Sito web · Hemsida · Strona WWW · Webové stránky · Сайт · 网址 · ウェブサイト"""
    ),
    "linkedin_url": _listed(
        """LinkedIn · LinkedIn URL · linkedin_url · LinkedIn Profile · Person Linkedin Url · LinkedIn Profile URL · LinkedIn-Profil ·
        Profil LinkedIn · Perfil de LinkedIn · Profilo LinkedIn"""
    ),
    "phone": _listed(
        """Phone · Phone Number · phone_number · Phone # · Mobile Phone · Tel. · Telephone · Direct Phone · Work Phone · Telefon ·
        Telefonnummer · Handy · Téléphone · N° de téléphone · Teléfono · Móvil · Telefono · Cellulare · Telemóvel · Telefoonnummer ·
        Puhelin · Numer telefonu · Телефон · Τηλέφωνο · 电话 · 電話番号 · 전화번호 · رقم الهاتف"""
    ),
    "city": _listed(
        """City · Town · CITY · Mailing City · Stadt · Ort · Ville · Ciudad · Localidad · Città · Cidade · Stad · Plaats · Kaupunki ·
        Miasto · Město · Şehir · Город · Πόλη · 城市 · 都市"""
    ),
    "country": _listed(
        """Country · Country/Region · COUNTRY · Person Country · Land · Pays · País · Paese · Nazione · Maa · Kraj · Země · Ülke · Страна ·
        Χώρα · 国家 · 국가"""
    ),
    "state": _listed("State · State/Province · Region · Bundesland · Provincia · Estado · Województwo · Регион · 都道府県"),
    "industry": _listed("Industry · Sector · Branche · Secteur d'activité · Settore · Bransch · Branża · Отрасль · 行业 · 業種"),
    "reason": _listed("Reason · Icebreaker · Personalization · Reason for outreach · Motif · Motivo · Anlass · Повод"),
    "notes": _listed("Notes · Comments · Bemerkungen · Notizen · Remarques · Comentarios · Observações · Uwagi · Примечание · 备注"),
}
# Where a heading that is just "name" stands beside the other half of the name.
NAME_PAIRS = (
    ("Vorname", "Name"),
    ("Prénom", "Nom"),
    ("Nombre", "Apellidos"),
    ("Nome", "Cognome"),
    ("Nome", "Sobrenome"),
    ("Imię", "Nazwisko"),
    ("Jméno", "Příjmení"),
    ("Имя", "Фамилия"),
    ("Ad", "Soyad"),
    ("名", "姓"),
)
# Headings that nobody else uses, and the name under which templates find them.
UNKNOWN = (
    ("Team Size", "team_size"),
    ("Größe (MA)", "grosse_ma"),
    ("Couleur préférée", "couleur_preferee"),
    ("Lead score %", "lead_score"),
    ("2nd choice", "n_2nd_choice"),
)

# Given name and family name.
LATIN_PEOPLE = (
    ("Jürgen", "Weiß"),
    ("Anneliese", "Größmann"),
    ("Zoë", "Müller-Lüdenscheidt"),
    ("François", "Lefèvre"),
    ("Hélène", "Dupré"),
    ("Jean-Noël", "L'Hôpital"),
    ("María", "García Márquez"),
    ("Íñigo", "Muñoz"),
    ("Nuño", "Güell"),
    ("João", "Gonçalves"),
    ("Conceição", "Simões"),
    ("Niccolò", "D'Angelo"),
    ("Søren", "Ærø"),
    ("Åsa", "Sjöström"),
    ("Þórdís", "Jónsdóttir"),
    ("Päivi", "Hämäläinen"),
    ("Siobhán", "O'Brien"),
    ("Ludwig", "van Beethoven"),
    ("Ada", "Lovelace"),
    ("Mary-Ann", "Smith-Jones"),
    ("Nan", "Null"),
)
WINDOWS_PEOPLE = (("Žiga", "Šuštar"), ("Seán", "O’Connor"), ("Loïc", "D’Œuvre"))
WORLD_PEOPLE = (
    ("Łukasz", "Żółć"),
    ("Jiří", "Dvořák"),
    ("Ștefan", "Țepeș"),
    ("Şebnem", "Yıldırım"),
    ("Gyöngyi", "Őry"),
    ("Анна", "Щербакова"),
    ("Олександр", "Їжакевич"),
    ("Ελένη", "Παπαδοπούλου"),
    ("太郎", "山田"),
    ("伟", "王"),
    ("민수", "김"),
    ("محمد", "الحسيني"),
    ("נועה", "לוי"),
    ("प्रिया", "शर्मा"),
    ("Đặng", "Nguyễn"),
    ("Ləman", "Əliyeva"),
)
FAMILY_FIRST = frozenset(("山田", "王", "김"))

# A no-break space stands inside the French marks, as the French write them.
LATIN_COMPANIES = (
    "Müller, Söhne; Töchter | Co",
    'The "Big" Idea',
    "« Café »",
    "« CAFÉ » SA",
    "NESCAFÉ®",
    "Weiß« & »Groß",
    'Ends with "quotes"',
    "Straßenbau\tNord",
    "Analytical\nEngine",
    "Two\r\nLines GmbH",
    "File\x0bMaker Inc",
    "A\x00cme",
    "=1+1",
    "@SUM(A1:A9)",
    "+ Plus +",
    "  padded  ltd  ",
    "O'Neill & Sons",
    "N/A",
    "-",
    "#N/A",
    "",
    "Plain Ltd",
    "Señor Taco, S.A.",
    "1,5 Grad; GmbH",
    "sep=;",
    "100 % | Öko",
)
WINDOWS_COMPANIES = ("Weiß’ Söhne", "„Weiß“ KG", "Strauß” Inc", "Société “Été”", "5 € Shop", "CAFÉ… et plus", "Naïve – Co", "à la “carté”")
WORLD_COMPANIES = (
    "株式会社アナリティカル",
    "ООО «Ромашка»",
    "شركة المستقبل",
    "Ac\u200bme",
    "So\u00adft",
    "Żabka Sp. z o.o.",
    "🚀 Rockets",
    "Café Cie",
)
TITLES = ("CEO", "Geschäftsführerin", "VP, Sales", "Directrice générale", 'Head of "Growth"', "", "n/a", "Founder\n& CTO", "Jefe; Ventas")
CITIES = ("Köln", "São Paulo", "Washington, D.C.", "Zürich", "Málaga", "", "Oslo")
COUNTRIES = ("Deutschland", "España", "Côte d'Ivoire", "USA", "", "NULL")
PHONES = ("+49 30 123456", "(030) 12-34", "0033.1.23.45", '="00491"', "", "null", "-")
NOTES = ("=1+1", "likes “C” & ;|,", "line one\nline two", "first\r\n\r\nthird", 'said "no", then "yes"', "", "-5", "x" * 6_000, "été ")
