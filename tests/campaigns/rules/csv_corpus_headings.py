"""What people call their columns: the headings of well-known programs, and plain words in many languages.

Written down from the exports of those programs and from dictionaries, not from the list of the reader. A heading
stands under the field that its owner means by it.
"""

# ruff: noqa: RUF001 - headings in many scripts are the point of this file

from __future__ import annotations

# Per language and field, separated by "; ". Only one heading of a field is used in one file.
_TABLE = """
en email: Email; E-mail; Email Address; E-mail Address; E-mail 1 - Value; Work Email; Business Email; Primary Email; Contact Email
en email: Person - Email - Work; Email (Work); emailAddress; EMAIL_ADDRESS; Mail; Corporate Email; Lead Email; Email ID; Your email
en email: Professional Email; Email*; Contact: Email; Work E-Mail Address; Email address (work); Contact's email; E-mail (required)
en first_name: First Name; Firstname; first_name; Given Name; Forename; FNAME; Contact First Name; First; Person - First name
en first_name: Contact: First Name; Attendee First Name; First name(s); Lead First Name; Person First Name; Recipient First Name
en last_name: Last Name; Lastname; Surname; Family Name; LNAME; Contact Last Name; Last; Person - Last name; Contact: Last Name
en last_name: Attendee Last Name; Lead Last Name; Person Last Name; Last Name / Surname; Family name(s); Recipient Last Name
en full_name: Full Name; Contact Name; Contact Person; Person - Name; Lead Name; fullName; Contact: Full Name; Attendee Name
en full_name: Name of contact; Prospect Name; Display Name; Contact Full Name; Primary Contact; Name (First Last); Customer Name
en company: Company; Company Name; Organization; Organisation; Account Name; Employer; Company / Account; Person - Organization
en company: Organization - Name; Organization Name; companyName; Current Company; Company Name for Emails; Associated Company
en company: Business Name; Firm; Name of company; Account: Account Name; Organization 1 - Name; Company (current); Name of organisation
en title: Title; Job Title; JobTitle; Position; Role; Job Role; Person - Job title; Current Title; Current Job; Current Position
en title: Organization 1 - Title; Organization Title; Designation; Occupation; Contact: Title; Job Position; Contact Job Title; Person Title
en phone: Phone; Phone Number; Telephone; Tel.; Tel. No.; Mobile; Mobile Phone; Business Phone; Work Direct Phone; Phone 1 - Value
en phone: Person - Phone - Work; Corporate Phone; Direct Phone Number; Cell Phone; Contact: Phone; Work Phone; Phone (Office); Phone #
en city: City; Town; Mailing City; Business City; Person City; Address 1 - City; City/Town; Location City; Contact City; Town / City
en country: Country; Country/Region; Mailing Country; Business Country/Region; Person Country; Address 1 - Country; Country Name
en country: Contact Country; Location Country; Country / Territory
en website: Website; Website URL; Web Page; Company Website; Company Domain Name; Domain; Company Domain; Homepage; Web site
en website: Website 1 - Value; Account Website; Company URL; Organization - Website; Company Web Address
en linkedin_url: LinkedIn; LinkedIn URL; Person Linkedin Url; LinkedIn Profile; LinkedIn Contact Profile URL; linkedInProfileUrl
en linkedin_url: Linkedin URL Public; LinkedIn Profile Link; Profile URL; Contact LinkedIn Profile URL; Person - LinkedIn; LinkedIn (URL)
en state: State; State/Region; State/Province; Mailing State/Province; Person State; Region; Province; Address 1 - Region
en industry: Industry; Sector; Company Industry; Primary Industry; Industry / Sector
en reason: Icebreaker; Personalization; Why now?; Reason for outreach; First line
en notes: Notes; Comments; Note; Remarks; Comment; Description; Internal Notes; Notes / Comments
de email: E-Mail; E-Mail-Adresse; Mailadresse; E-Mail geschäftlich; Email-Adresse; Mail; E-Mail (geschäftlich); eMail
de first_name: Vorname; Rufname; Vorname(n); Vorname Ansprechpartner
de last_name: Nachname; Familienname; Zuname; Nachname Ansprechpartner
de full_name: Ansprechpartner; Vor- und Nachname; Ansprechpartner/in; Kontaktperson; Vollständiger Name; Vorname Nachname
de company: Firma; Unternehmen; Firmenname; Organisation; Firma/Unternehmen; Name des Unternehmens
de title: Position; Funktion; Stellenbezeichnung; Berufsbezeichnung; Jobtitel; Position im Unternehmen
de phone: Telefon; Telefonnummer; Tel.; Mobil; Handy; Tel.-Nr.; Telefon geschäftlich; Rufnummer
de city: Ort; Stadt; Wohnort
de country: Land; Staat; Land/Region
de website: Webseite; Internet; Homepage; Internetadresse; Website; Web
de linkedin_url: LinkedIn-Profil; LinkedIn; LinkedIn Profil URL; LinkedIn-Link
de industry: Branche; Industrie; Wirtschaftszweig
de notes: Bemerkung; Notizen; Bemerkungen; Anmerkung; Kommentar
fr email: E-mail; Adresse e-mail; Courriel; Adresse électronique; Adresse mail; Mél; Email professionnel; Adresse de courriel
fr first_name: Prénom; Prénom du contact; Prénom(s); Prénom contact
fr last_name: Nom de famille; Nom patronymique; Nom de famille du contact
fr full_name: Nom complet; Nom et prénom; Prénom et nom; Prénom Nom; Nom du contact; Interlocuteur
fr company: Société; Entreprise; Raison sociale; Nom de l'entreprise; Nom de la société; Organisation
fr title: Fonction; Poste; Intitulé du poste; Titre; Titre du poste
fr phone: Téléphone; Tél.; N° de téléphone; Portable; Numéro de téléphone; Tél. portable; Téléphone fixe
fr city: Ville; Commune; Localité
fr country: Pays; Pays/Région
fr website: Site web; Site internet; Site; Adresse du site
fr linkedin_url: Profil LinkedIn; LinkedIn; URL LinkedIn; Lien LinkedIn
fr industry: Secteur d'activité; Secteur; Branche d'activité
fr notes: Remarques; Commentaires; Notes; Commentaire; Observations
es email: Correo electrónico; Correo; Email; E-mail; Dirección de correo electrónico; Correo electrónico del contacto
es first_name: Nombre de pila; Nombres; Primer nombre
es last_name: Apellidos; Apellido; Primer apellido; Apellido(s)
es full_name: Nombre completo; Nombre y apellidos; Persona de contacto; Contacto; Nombre y apellido
es company: Empresa; Nombre de la empresa; Razón social; Compañía; Organización
es title: Cargo; Puesto; Puesto de trabajo; Título; Función
es phone: Teléfono; Número de teléfono; Móvil; Celular; Tel.; Teléfono móvil
es city: Ciudad; Localidad; Población
es country: País; País/Región
es website: Sitio web; Página web; Web; Dirección web
es linkedin_url: Perfil de LinkedIn; LinkedIn; URL de LinkedIn
es industry: Sector; Industria; Sector de actividad; Rubro
es notes: Notas; Observaciones; Comentarios; Nota
pt email: E-mail; Endereço de e-mail; Correio eletrônico; Correio eletrónico; E-mail profissional; Email corporativo
pt first_name: Primeiro nome; Nome próprio
pt last_name: Sobrenome; Apelido; Último nome
pt full_name: Nome completo; Nome do contato; Nome e sobrenome; Nome do contacto
pt company: Empresa; Nome da empresa; Razão social; Organização; Companhia
pt title: Cargo; Função; Posição; Profissão
pt phone: Telefone; Celular; Telemóvel; Número de telefone
pt city: Cidade; Localidade
pt country: País; País/Região
pt website: Site; Site da empresa; Página web; Website
pt linkedin_url: LinkedIn; Perfil do LinkedIn; URL do LinkedIn
pt industry: Setor; Ramo de atividade; Segmento de mercado
pt notes: Observações; Notas; Comentários; Anotações
it email: E-mail; Indirizzo e-mail; Posta elettronica; Indirizzo di posta elettronica; Email aziendale
it first_name: Primo nome; Nome di battesimo; Nome (proprio)
it last_name: Cognome; Cognome del contatto
it full_name: Nome e cognome; Nominativo; Nome completo; Cognome e nome; Referente
it company: Azienda; Ragione sociale; Società; Ditta; Nome azienda; Nome dell'azienda
it title: Ruolo; Qualifica; Posizione; Mansione; Ruolo in azienda
it phone: Telefono; Numero di telefono; Cellulare; Tel.; Telefono fisso
it city: Città; Comune; Località
it country: Paese; Nazione
it website: Sito web; Sito internet; Sito
it linkedin_url: Profilo LinkedIn; LinkedIn; Link LinkedIn
it industry: Settore; Settore di attività; Comparto
it notes: Note; Osservazioni; Commenti
nl email: E-mail; E-mailadres; Mailadres; E-mailadres (werk); Zakelijk e-mailadres
nl first_name: Voornaam; Roepnaam
nl last_name: Achternaam; Familienaam
nl full_name: Volledige naam; Contactpersoon; Naam contactpersoon; Voor- en achternaam
nl company: Bedrijf; Bedrijfsnaam; Organisatie; Naam bedrijf; Werkgever
nl title: Functie; Functietitel; Rol
nl phone: Telefoon; Telefoonnummer; Mobiel; Mobiel nummer; Tel.nr.
nl city: Plaats; Woonplaats; Stad; Vestigingsplaats
nl country: Land; Land/regio
nl website: Website; Webadres; Internetadres
nl linkedin_url: LinkedIn-profiel; LinkedIn
nl industry: Branche; Sector; Bedrijfstak
nl notes: Opmerkingen; Notities; Opmerking; Toelichting
sv email: E-post; E-postadress; Mejl; Mejladress; E-postadresse; Sähköposti; Sähköpostiosoite; Netfang
sv first_name: Förnamn; Tilltalsnamn; Fornavn; Etunimi
sv last_name: Efternamn; Efternavn; Etternavn; Sukunimi
sv full_name: Fullständigt namn; Kontaktperson; Fulde navn; Fullt navn; Koko nimi; För- och efternamn
sv company: Företag; Företagsnamn; Firma; Virksomhed; Selskap; Yritys; Bedrift
sv title: Titel; Befattning; Stilling; Tittel; Tehtävänimike
sv phone: Telefon; Telefonnummer; Mobil; Puhelin; Mobilnummer; Puhelinnumero; Tlf.; Tlf. nr.
sv city: Ort; Stad; Poststed; Kaupunki; Paikkakunta
sv country: Land; Maa
sv website: Webbplats; Hemsida; Hjemmeside; Nettside; Kotisivu; Verkkosivusto
sv linkedin_url: LinkedIn; LinkedIn-profil
sv industry: Bransch; Branche; Bransje; Toimiala
sv notes: Anteckningar; Noter; Notater; Kommentar; Bemærkninger; Huomautukset; Muistiinpanot
pl email: E-mail; Adres e-mail; Adres email; Poczta elektroniczna; E-mail służbowy; Adres poczty elektronicznej
pl first_name: Imię; Imię kontaktu; Imiona
pl last_name: Nazwisko; Nazwisko kontaktu
pl full_name: Imię i nazwisko; Osoba kontaktowa; Nazwisko i imię; Osoba do kontaktu
pl company: Firma; Nazwa firmy; Przedsiębiorstwo; Spółka; Organizacja
pl title: Stanowisko; Stanowisko pracy; Funkcja
pl phone: Telefon; Numer telefonu; Nr telefonu; Tel. komórkowy; Telefon komórkowy; Nr tel.
pl city: Miasto; Miejscowość
pl country: Kraj; Państwo
pl website: Strona internetowa; Strona www; WWW; Witryna
pl linkedin_url: LinkedIn; Profil LinkedIn; Link do LinkedIn
pl industry: Branża; Sektor
pl notes: Uwagi; Notatki; Komentarz; Uwagi dodatkowe
cs email: E-mail; E-mailová adresa; Emailová adresa; Elektronická pošta; Pracovní e-mail
cs first_name: Křestní jméno; Krstné meno; Jméno (křestní)
cs last_name: Příjmení; Priezvisko
cs full_name: Jméno a příjmení; Celé jméno; Kontaktní osoba; Meno a priezvisko; Příjmení a jméno
cs company: Společnost; Firma; Název společnosti; Název firmy; Spoločnosť
cs title: Pozice; Funkce; Pracovní pozice; Pracovní zařazení
cs phone: Telefon; Telefonní číslo; Mobil; Telefónne číslo; Mobilní telefon
cs city: Město; Obec; Mesto
cs country: Země; Stát; Krajina
cs website: Webové stránky; Web; Webová stránka; Internetové stránky
cs linkedin_url: LinkedIn; LinkedIn profil
cs industry: Odvětví; Obor; Odvetvie
cs notes: Poznámka; Poznámky
hu email: E-mail cím; E-mail; Email cím; Elektronikus levélcím
hu first_name: Keresztnév; Utónév
hu last_name: Vezetéknév; Családnév
hu full_name: Teljes név; Kapcsolattartó; Kapcsolattartó neve
hu company: Cég; Cégnév; Vállalat; Cég neve
hu title: Beosztás; Munkakör; Pozíció
hu phone: Telefon; Telefonszám; Mobil; Mobilszám
hu city: Város; Település; Helység
hu country: Ország
hu website: Weboldal; Honlap; Weblap
hu linkedin_url: LinkedIn; LinkedIn profil
hu industry: Iparág; Ágazat
hu notes: Megjegyzés; Megjegyzések; Jegyzet
tr email: E-posta; E-posta adresi; E-Posta Adresi (iş); Eposta
tr first_name: Adı; İlk ad
tr last_name: Soyadı; Soyad
tr full_name: Ad Soyad; Adı Soyadı; İsim Soyisim; Yetkili kişi
tr company: Şirket; Firma; Şirket adı; Firma adı; Kurum
tr title: Unvan; Görev; Pozisyon; Görevi; Ünvan
tr phone: Telefon; Telefon numarası; Cep telefonu; Tel. no
tr city: Şehir; İl
tr country: Ülke
tr website: Web sitesi; İnternet sitesi; Web adresi
tr linkedin_url: LinkedIn; LinkedIn profili
tr industry: Sektör; Endüstri
tr notes: Notlar; Açıklama; Not
ro email: E-mail; Adresă de e-mail; Adresă email; Poștă electronică
ro first_name: Prenume; Prenumele
ro last_name: Nume de familie; Numele de familie
ro full_name: Nume complet; Nume și prenume; Persoană de contact
ro company: Companie; Nume companie; Firmă; Denumire firmă; Societate
ro title: Funcție; Funcția; Poziție
ro phone: Telefon; Număr de telefon; Nr. telefon; Telefon mobil
ro city: Oraș; Localitate
ro country: Țară; Țara
ro website: Site web; Pagină web; Site
ro linkedin_url: LinkedIn; Profil LinkedIn
ro industry: Industrie; Domeniu de activitate
ro notes: Observații; Note; Comentarii; Mențiuni
ru email: Эл. почта; Электронная почта; Адрес электронной почты; Почта; Имейл; Электронная пошта; Електронна пошта; Эл. адрес
ru first_name: Личное имя; Имя контакта
ru last_name: Фамилия; Прізвище; Фамилия контакта
ru full_name: ФИО; Имя и фамилия; Полное имя; Контактное лицо; ПІБ; Ф.И.О.
ru company: Компания; Организация; Название компании; Фирма; Компанія; Наименование организации
ru title: Должность; Посада; Позиция
ru phone: Телефон; Номер телефона; Мобильный; Тел.; Моб. телефон; Рабочий телефон; Контактный телефон
ru city: Город; Місто; Населённый пункт
ru country: Страна; Країна
ru website: Сайт; Веб-сайт; Адрес сайта; Сайт компании
ru linkedin_url: LinkedIn; Профиль LinkedIn; Ссылка на LinkedIn
ru industry: Отрасль; Сфера деятельности; Галузь
ru notes: Примечание; Комментарий; Заметки; Примечания; Примітки
el email: Ηλεκτρονικό ταχυδρομείο; Διεύθυνση email; Διεύθυνση ηλεκτρονικού ταχυδρομείου; E-mail
el first_name: Μικρό όνομα; Όνομα (μικρό)
el last_name: Επώνυμο; Επίθετο
el full_name: Ονοματεπώνυμο; Ονοματεπώνυμο επαφής; Υπεύθυνος επικοινωνίας
el company: Εταιρεία; Επωνυμία; Επωνυμία εταιρείας; Επιχείρηση; Όνομα εταιρείας; Εταιρία
el title: Θέση; Τίτλος; Θέση εργασίας; Ιδιότητα
el phone: Τηλέφωνο; Κινητό; Τηλ.; Αριθμός τηλεφώνου; Κινητό τηλέφωνο
el city: Πόλη
el country: Χώρα
el website: Ιστοσελίδα; Ιστότοπος
el linkedin_url: LinkedIn; Προφίλ LinkedIn
el industry: Κλάδος; Κλάδος δραστηριότητας
el notes: Σημειώσεις; Σχόλια; Παρατηρήσεις
ja email: メールアドレス; Eメール; メール; 電子メール; E-mailアドレス; 電子メール アドレス
ja first_name: 名; 下の名前; ファーストネーム
ja last_name: 姓; 苗字; ラストネーム
ja full_name: 氏名; お名前; 担当者名; フルネーム; 姓名; ご担当者名
ja company: 会社名; 企業名; 会社; 勤務先; 法人名; 貴社名
ja title: 役職; 職種; 肩書き; 役職名
ja phone: 電話番号; 電話; 携帯電話; TEL; 携帯番号; 携帯電話番号
ja city: 市区町村; 都市
ja country: 国; 国名; 国/地域
ja website: ウェブサイト; ホームページ; 会社URL; Webサイト
ja linkedin_url: LinkedIn; LinkedInプロフィール
ja industry: 業種; 業界
ja notes: 備考; メモ; コメント
zh email: 邮箱; 电子邮件; 电子邮箱; 電子郵件; 邮箱地址; 이메일; 이메일 주소; 电子邮件地址; E-mail 주소
zh first_name: 名字; 名
zh last_name: 姓; 姓氏
zh full_name: 姓名; 联系人; 이름; 성명; 聯絡人; 联系人姓名; 담당자명; 客户姓名
zh company: 公司; 公司名称; 公司名稱; 회사; 회사명; 企业名称; 单位名称; 업체명
zh title: 职位; 职务; 職稱; 직책; 직위; 직급; 岗位
zh phone: 电话; 手机; 手机号码; 電話; 전화번호; 휴대폰; 联系电话; 휴대폰 번호; 联系方式
zh city: 城市; 도시
zh country: 国家; 國家; 국가; 国家/地区
zh website: 网站; 网址; 官网; 網站; 웹사이트; 홈페이지; 公司网站
zh linkedin_url: LinkedIn; 领英; 링크드인
zh industry: 行业; 업종; 산업; 所属行业
zh notes: 备注; 備註; 비고; 메모
"""

# Columns that no field is meant by: they are kept under a name of their own.
UNKNOWN = (
    "Team Size",
    "Lead Source",
    "Umsatz (Mio. €)",
    "Last contacted",
    "Score 1-10",
    "Chiffre d'affaires",
    "Email Status",
    "Company Linkedin Url",
    "# Employees",
    "Créé le",
)


def _read(table: str) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in table.strip().splitlines():
        where, _, headings = line.partition(": ")
        language, field = where.split()
        fields = found.setdefault(language, {})
        fields[field] = fields.get(field, ()) + tuple(headings.split("; "))
    return found


HEADINGS = _read(_TABLE)
