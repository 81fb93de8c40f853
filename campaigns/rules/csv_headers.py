"""What the heading of a column means: the usual columns in the spellings of CRMs, spreadsheets and a score of languages.

Upper and lower case, accents, spaces and punctuation do not count: "E-Mail", "e_mail" and "EMAIL:" are one spelling.
"""

# ruff: noqa: RUF001 - headings in many scripts are the point of this file

from __future__ import annotations

import re
import unicodedata

NAME = "name"  # a heading that means just "name": the columns beside it decide which one (see csv_rows.columns)
ROW_FIELDS = (
    "email",
    "full_name",
    "first_name",
    "last_name",
    "company",
    "title",
    "website",
    "linkedin_url",
    "phone",
    "city",
    "country",
)
# Words that mean the first name beside a column of family names, and anything elsewhere: "Ad, Soyad" in Turkish.
FIRST_NAME_BESIDE_LAST = frozenset(("ad",))
# Usual columns without a place of their own: whatever the file calls them, templates find them under one custom name.
CUSTOM_FIELDS = ("state", "industry", "reason", "notes")

_SPELLINGS: dict[str, str] = {
    "email": """
        email; email address; email addresses; mail; mail address; mail id; email id; email addr; email 1; e-mail 1 - value;
        email value; primary email; primary email address; main email; default email; work email; work email address; work mail;
        business email; business email address; business mail; office email; office mail; professional email; contact email;
        contact email address; contact mail; person email; lead email; lead email address; prospect email; customer email;
        client email; user email; recipient email; subscriber email; to email; email to; your email; direct email; email (work);
        email (business); email primary; electronic mail; internet e-mail; smtp address; primary smtp address; person contact email;
        email contact; decision maker email; e-mail-adresse; mailadresse; geschäftliche e-mail; e-mail geschäftlich;
        e-mail adresse (geschäftlich);
        dienstliche e-mail; firmen e-mail; kontakt e-mail; e-mail kontakt; adresse e-mail; adresse mail; adresse électronique;
        courriel; adresse courriel; mél; courrier électronique; e-mail professionnel; mail professionnel; email pro; mail pro;
        correo; correo electrónico; dirección de correo; dirección de correo electrónico; dirección de email; correo de trabajo;
        correo corporativo; correo empresarial; email de contacto; indirizzo email; indirizzo mail; indirizzo di posta elettronica;
        posta elettronica; email aziendale; email di lavoro; correio eletrônico; correio electrónico; endereço de email;
        endereço eletrônico; email profissional; e-mail de trabalho; e-mailadres; mailadres; zakelijk e-mailadres; zakelijke e-mail;
        e-postadress; e-post; e-postadresse; jobb e-post; arbejdsmail; sähköposti; sähköpostiosoite; adres e-mail; adres mailowy;
        e-mail służbowy; poczta elektroniczna; e-mailová adresa; pracovní e-mail; e-mail cím; e-mail címe; adresă de email;
        adresă e-mail; e-posta; e-posta adresi; iş e-postası; el. paštas; e-pasts; e-posti aadress; имейл; имэйл; емейл; эл. почта;
        электронная почта; адрес электронной почты; почта; e-mail адрес; рабочая почта; електронна пошта; адреса електронної пошти;
        пошта; ηλεκτρονικό ταχυδρομείο; διεύθυνση email; 邮箱; 电子邮箱; 邮箱地址; 电子邮件; 邮件地址; 電子郵件; 電子信箱; 信箱;
        メール; メールアドレス; eメール; 電子メール; 이메일; 이메일 주소; 메일; 전자우편; البريد الإلكتروني; بريد إلكتروني; אימייל;
        דוא"ל; כתובת אימייל; ईमेल; ईमेल पता; อีเมล; địa chỉ email; thư điện tử; alamat email; surel;
        email corporativo; correo electrónico del contacto; adresse de courriel; e-mailadres (werk); elektronikus levélcím;
        adres poczty elektronicznej; elektronická pošta; netfang; mejl; mejladress; eposta; e-posta adresi (iş); adresă de e-mail;
        poștă electronică; эл. адрес; διεύθυνση ηλεκτρονικού ταχυδρομείου; e-mailアドレス; eメールアドレス; 电子邮件地址;
        e-mail 주소; email (required)
    """,
    NAME: """
        name; names; nom; nombre; nome; naam; namn; navn; nimi; nazwa; isim; név; nume; имя; ім'я; όνομα; ime; jméno; meno; imię;
        vardas; vārds; tên; nama
    """,
    "full_name": """
        full name; contact; contact name; contact full name; contact person; contact person name; person; person name; lead;
        lead name; prospect; prospect name; customer name; client name; recipient name; display name; your name; complete name;
        whole name; name of contact; key contact; point of contact; poc; poc name; main contact; primary contact;
        primary contact name; decision maker; decision maker name; attendee; attendee name; employee name; member name; participant;
        linkedin name; profile name; first and last name; first name and last name; first & last name; name (first last);
        first last; name surname; name and surname; subscriber name; user full name; vollständiger name; voller name;
        vor- und nachname; vorname nachname; vorname und nachname; name vorname; nachname vorname; ansprechpartner;
        ansprechpartnerin; ansprechperson; kontakt; kontaktname; kontaktperson; name des ansprechpartners; nom complet;
        nom et prénom; prénom et nom; nom prénom; prénom nom; nom du contact; personne de contact; interlocuteur; nombre completo;
        nombre y apellidos; nombre y apellido; apellidos y nombre; apellidos, nombre; nombre del contacto; nombre de contacto;
        contacto; persona de contacto; nome completo; nome e cognome; cognome e nome; nome cognome; cognome nome; nominativo;
        contatto; nome contatto; nome e sobrenome; nome e apelido; nome do contato; nome do contacto; contato; pessoa de contato;
        volledige naam; naam contactpersoon; contactpersoon; voor- en achternaam; contactnaam; fullständigt namn;
        för- och efternamn; kontaktnamn; fulde navn; fullt navn; for- og etternavn; for- og efternavn; kontaktnavn; koko nimi;
        yhteyshenkilö; etu- ja sukunimi; imię i nazwisko; nazwisko i imię; osoba kontaktowa; celé jméno; jméno a příjmení;
        kontaktní osoba; meno a priezvisko; teljes név; kapcsolattartó; nume complet; nume și prenume; persoană de contact;
        ad soyad; adı soyadı; ad ve soyad; isim soyisim; ilgili kişi; yetkili; фио; полное имя; имя и фамилия; фамилия и имя;
        имя фамилия; контакт; контактное лицо; піб; повне ім'я; контактна особа; ονοματεπώνυμο; 姓名; 联系人; 联系人姓名; 全名;
        聯絡人; 氏名; 名前; お名前; 担当者; 担当者名; フルネーム; 이름; 성명; 성함; 담당자; 담당자명; الاسم; الاسم الكامل; שם;
        שם מלא; पूरा नाम; नाम; ชื่อ; ชื่อ-นามสกุล; họ và tên; họ tên; nama lengkap;
        kapcsolattartó neve; osoba do kontaktu; příjmení a jméno; priezvisko a meno; referente; persona di riferimento;
        yetkili kişi; υπεύθυνος επικοινωνίας; ονοματεπώνυμο επαφής; ご担当者名; ご担当者; 客户姓名; 담당자 이름
    """,
    "first_name": """
        first name; first; given name; given names; given; forename; christian name; fname; first nm; contact first name;
        lead first name; person first name; prospect first name; customer first name; user first name; name first;
        first name (contact); preferred name; preferred first name; nickname; vorname; rufname; vorname ansprechpartner;
        vorname des ansprechpartners; vorname kontakt; prénom; prénoms; prénom contact; prénom du contact; nombre de pila;
        primer nombre; nombres; prenome; primo nome; primeiro nome; nome próprio; voornaam; roepnaam; förnamn; tilltalsnamn;
        fornavn; etunimi; imię kontaktu; křestní jméno; krstné meno; keresztnév; utónév; prenume; prenumele; ilk ad; ilk isim; adı;
        osobno ime; eesnimi; личное имя; власне ім'я; μικρό όνομα; 名字; 名; ファーストネーム; 下の名前; الاسم الأول; שם פרטי;
        पहला नाम; ชื่อจริง; nama depan;
        first name(s); forename(s); vorname(n); nome di battesimo; nome (proprio); imiona; imię (imiona); jméno (křestní);
        имя контакта; όνομα (μικρό)
    """,
    "last_name": """
        last name; last; surname; family name; family; lname; second name; last nm; contact last name; lead last name;
        person last name; prospect last name; customer last name; user last name; name last; last name (contact); nachname;
        familienname; zuname; nachname ansprechpartner; nachname kontakt; nom de famille; nom famille; nom patronymique; patronyme;
        apellido; apellidos; primer apellido; cognome; sobrenome; apelido; último nome; achternaam; familienaam; efternamn;
        familjenamn; efternavn; etternavn; sukunimi; nazwisko; příjmení; priezvisko; vezetéknév; családnév; nume de familie; soyad;
        soyadı; soyisim; prezime; priimek; perekonnanimi; pavardė; uzvārds; фамилия; прізвище; επώνυμο; επίθετο; 姓; 姓氏; 苗字;
        ラストネーム; 성; اسم العائلة; اللقب; שם משפחה; उपनाम; नामसकुล; นามสกุล; nama belakang;
        last name / surname; family name(s); surname(s); cognome del contatto; nom de famille du contact; nazwisko kontaktu;
        numele de familie; фамилия контакта; apellido(s)
    """,
    "company": """
        company; company name; companies; organization; organisation; organization name; organisation name; org; org name;
        organization 1 - name; account; account name; employer; employer name; current employer; current company;
        current company name; business; business name; firm; firm name; corporation; company/account; company or organization;
        lead company; contact company; prospect company; client company; associated company; primary company; company legal name;
        legal name; trading name; workplace; agency; institution; enterprise; brand; startup; store name; shop name;
        company display name; company name for emails; firma; firmenname; firmierung; name der firma; unternehmen; unternehmensname;
        organisation (firma); betrieb; arbeitgeber; gesellschaft; société; nom de la société; nom société; entreprise;
        nom de l'entreprise; nom entreprise; raison sociale; organisme; employeur; empresa; nombre de la empresa; nombre empresa;
        compañía; razón social; organización; negocio; azienda; nome azienda; società; ragione sociale; impresa; ditta;
        organizzazione; nome da empresa; nome empresa; razão social; companhia; organização; bedrijf; bedrijfsnaam; naam bedrijf;
        organisatie; werkgever; onderneming; företag; företagsnamn; bolag; bolagsnamn; virksomhed; virksomhedsnavn; firmanavn;
        bedrift; bedriftsnavn; selskap; selskab; yritys; yrityksen nimi; organisaatio; nazwa firmy; przedsiębiorstwo; spółka;
        organizacja; název firmy; společnost; název společnosti; spoločnosť; názov firmy; cég; cégnév; vállalat; companie;
        nume companie; numele companiei; şirket; şirket adı; firma adı; kurum; tvrtka; podjetje; ettevõte; įmonė; uzņēmums;
        компания; название компании; организация; фирма; предприятие; компанія; назва компанії; організація; εταιρεία; επωνυμία;
        公司; 公司名称; 公司名; 企业; 企业名称; 单位; 公司名稱; 会社; 会社名; 企業名; 法人名; 勤務先; 회사; 회사명; 기업명; 소속;
        الشركة; اسم الشركة; חברה; שם החברה; कंपनी; บริษัท; công ty; tên công ty; perusahaan; nama perusahaan;
        company (current); name of company; name of organisation; name of organization; account name: account name;
        account: account name; person - organization; name des unternehmens; nome dell'azienda; denumire firmă; denumirea firmei;
        societate; firmă; cég neve; επωνυμία εταιρείας; όνομα εταιρείας; επιχείρηση; εταιρία; наименование организации;
        наименование компании; организация / компания; 貴社名; 御社名; 会社名・団体名; 单位名称; 업체명; 업체
    """,
    "title": """
        title; titles; job title; job; job position; position; position title; current position; current title; role; job role;
        role title; function; job function; occupation; designation; contact title; person title; lead title; business title;
        work title; professional title; title/role; title at company; organization title; organization 1 - title; profession; titel;
        jobtitel; berufsbezeichnung; stellenbezeichnung; stelle; funktion; rolle; berufstitel; beruf; tätigkeit; poste;
        poste occupé; intitulé de poste; intitulé du poste; titre; titre du poste; fonction; métier; puesto; puesto de trabajo;
        cargo; título; título del puesto; rol; función; posición; ruolo; posizione; qualifica; mansione; carica; titolo;
        professione; função; posição; título do cargo; profissão; functie; functietitel; functienaam; rol in bedrijf; befattning;
        yrkestitel; roll; jobbtitel; arbetstitel; stilling; stillingsbetegnelse; stillingstittel; tittel; tehtävä; tehtävänimike;
        titteli; nimike; rooli; stanowisko; stanowisko pracy; funkcja; pozice; pracovní pozice; funkce; pozícia; beosztás; munkakör;
        pozíció; funcția; poziție; post ocupat; unvan; görev; pozisyon; meslek; funkcija; pozicija; amet; pareigos; amats;
        должность; роль; позиция; посада; θέση; τίτλος; 职位; 职务; 职称; 頭銜; 職稱; 職位; 役職; 肩書き; 肩書; 職種; 직책; 직위;
        직함; 직급; المسمى الوظيفي; الوظيفة; המשרה; תפקיד; पद; पदनाम; ตำแหน่ง; chức vụ; chức danh; jabatan;
        current job; position im unternehmen; position in der firma; ruolo in azienda; posizione in azienda;
        pracovní zařazení; görevi; ünvan; θέση εργασίας; ιδιότητα; 役職名; 岗位; 担当職種
    """,
    "website": """
        website; websites; web; web page; site; site url; website url; web url; url; homepage; domain; domain name; company website;
        company url; company domain; company domain name; corporate website; business website; organization website;
        website address; web address; internet; internet address; www; link; website 1 - value; account website; root domain;
        primary domain; company homepage; webseite; internetseite; internetadresse; webadresse; firmenwebseite; firmenwebsite;
        homepage der firma; site web; site internet; site de l'entreprise; adresse du site; adresse web; page web; sitio web;
        página web; sitio; página; dirección web; dominio; web de la empresa; sito; sito web; sito internet; sito aziendale;
        indirizzo web; dominio aziendale; website da empresa; site da empresa; endereço web; bedrijfswebsite; webadres;
        internetadres; webbplats; webbsida; webbadress; hemsida; hjemmeside; nettside; nettsted; netsted; verkkosivu; verkkosivusto;
        kotisivu; kotisivut; strona; strona www; strona internetowa; witryna; adres www; domena; webová stránka; webové stránky;
        stránky; weboldal; honlap; site-ul; web sitesi; internet sitesi; alan adı; web stranica; spletna stran; koduleht; svetainė;
        mājaslapa; сайт; веб-сайт; адрес сайта; домен; ιστοσελίδα; ιστότοπος; 网站; 网址; 官网; 域名; 網站; 網址; ウェブサイト;
        サイト; ホームページ; サイトurl; 웹사이트; 홈페이지; 사이트; الموقع الإلكتروني; موقع; אתר; אתר אינטרנט; वेबसाइट; เว็บไซต์;
        trang web; situs web;
        company web address; internetové stránky; internetová stránka; weblap; web adresi; internet adresi; pagină web;
        сайт компании; веб-сайт компании; webサイト; 会社url; 会社hp; 公司网站; 公司网址; 회사 홈페이지
    """,
    "linkedin_url": """
        linkedin; linkedin url; linkedin profile; linkedin profile url; linkedin profile link;
        linkedin link; linkedin address; linkedin page;
        linkedin public url; linkedin public profile; linkedin public profile url; linkedin contact profile url;
        linkedin member url; li; li url; li profile; li profile url; person linkedin; person linkedin url; contact linkedin;
        contact linkedin url; contact linkedin profile; lead linkedin; lead linkedin url; prospect linkedin url; personal linkedin;
        personal linkedin url; individual linkedin url; profile url; profile link; public profile url; default profile url;
        sales navigator url; sales navigator profile url; hs_linkedin_url; linkedin-profil; linkedin profil url; profil linkedin;
        profil linkedin url; lien linkedin; url linkedin; perfil linkedin; perfil de linkedin; url de linkedin; enlace linkedin;
        profilo linkedin; link linkedin; perfil do linkedin; url do linkedin; linkedin-profiel; profil na linkedin;
        linkedin profili; профиль linkedin; линкедин; ссылка на linkedin; 领英; 领英链接; リンクトイン; 링크드인;
        linkedin url public; linkedin profile link; link do linkedin; link do profilu linkedin;
        προφίλ linkedin; linkedinプロフィール; 领英主页
    """,
    "phone": """
        phone; phones; phone number; phone no; phone 1 - value; telephone; telephone number; telephone no; tel; tel no; tel number;
        mobile; mobile phone; mobile number; mobile no; mobile phone number; cell; cell phone; cell number; contact number;
        contact phone; contact no; business phone; business phone number; work phone; work phone number; work telephone;
        office phone; office number; direct phone; direct dial; direct line; direct number; main phone; primary phone;
        primary phone number; personal phone; lead phone; corporate phone; first phone; work direct phone; phone (work);
        phone (mobile); whatsapp; whatsapp number; telefon; telefonnummer; telefonnr; telefon geschäftlich; rufnummer; handy;
        handynummer; mobil; mobilnummer; mobiltelefon; mobilfunk; durchwahl; festnetz; numéro de téléphone; téléphone portable;
        portable; téléphone fixe; téléphone professionnel; numéro de portable; n° de téléphone; teléfono; número de teléfono;
        teléfono móvil; móvil; celular; teléfono de contacto; teléfono fijo; numero di telefono; cellulare; telefono cellulare;
        telefono aziendale; telefone; número de telefone; telemóvel; telefone celular; telefone comercial; telefoonnummer; telefoon;
        mobiel; mobiel nummer; gsm; mobiele telefoon; telefonnummer arbete; mobiltelefonnummer; telefonnumre; telefonnummer mobil;
        puhelin; puhelinnumero; matkapuhelin; numer telefonu; nr telefonu; telefon komórkowy; komórka; telefon służbowy;
        telefonní číslo; mobilní telefon; telefónne číslo; telefonszám; mobilszám; număr de telefon; nr. telefon; telefon numarası;
        cep telefonu; cep; gsm no; broj telefona; telefonska številka; telefoninumber; telefonas; tālrunis; телефон; номер телефона;
        мобильный; мобильный телефон; тел; номер телефону; τηλέφωνο; κινητό; 电话; 电话号码; 手机; 手机号; 手机号码; 联系电话; 電話;
        手機; 電話番号; 携帯; 携帯電話; tel番号; 전화; 전화번호; 휴대폰; 휴대전화; 연락처; الهاتف; رقم الهاتف; الجوال; טלפון; נייד;
        फ़ोन; फोन नंबर; मोबाइल; โทรศัพท์; เบอร์โทร; điện thoại; số điện thoại; telepon; nomor telepon; no hp;
        direct phone number; person - phone - work; person - phone - mobile; phone (office); phone (direct); tél. portable;
        tél. mobile; telefono fisso; tel.-nr.; tel. komórkowy; nr tel.; telefon mobil; tel. mobil; tlf.; tlf. nr.; tlf. nummer;
        τηλ.; αριθμός τηλεφώνου; κινητό τηλέφωνο; контактный телефон; рабочий телефон; моб. телефон; моб. тел.; сотовый; 携帯番号;
        携帯電話番号; 휴대폰 번호; 핸드폰
    """,
    "city": """
        city; town; city/town; city name; contact city; person city; lead city; mailing city; business city; company city;
        work city; office city; city of residence; locality; municipality; billing city; stadt; ort; wohnort; ortschaft; firmensitz;
        gemeinde; stadt/ort; ville; commune; ville du contact; localité; ciudad; localidad; municipio; población; città; comune;
        località; cidade; localidade; stad; plaats; woonplaats; vestigingsplaats; gemeente; postort; ort/stad; poststed; sted;
        kaupunki; paikkakunta; postitoimipaikka; miasto; miejscowość; město; obec; város; település; oraș; localitate; şehir; ilçe;
        grad; linn; miestas; pilsēta; город; місто; πόλη; 城市; 市; 都市; 市区町村; 도시; 시; المدينة; עיר; शहर; เมือง; thành phố;
        kota;
        address 1 - city; location city; town / city; il; mesto; helység; населённый пункт
    """,
    "state": """
        state; province; region; state/province; state/region; state or province; state code; region/state; county; contact state;
        person state; mailing state; mailing state/province; business state; company state; prefecture; billing state;
        billing state/province; bundesland; kanton; département; canton; provincia; estado; estado/provincia;
        comunidad autónoma; regione; distrito; estado (uf); uf; provincie; län; landskap; fylke; maakunta; województwo;
        kraj (region); megye; județ; регион; область; регіон; 省; 省份; 州; 都道府県; 시도; الولاية;
        address 1 - region; location state
    """,
    "country": """
        country; country name; country/region; country or region; country code; nation; contact country; person country;
        lead country; mailing country; business country; company country; work country; billing country; country of residence;
        iso country; land; staat; herkunftsland; land (iso); pays; pays du contact; país; paese; nazione; stato; país/região;
        land/regio; maa; kraj; państwo; země; stát; krajina; ország; țară; ülke; zemlja; država; riik; šalis; valsts; страна;
        країна; χώρα; 国家; 國家; 国家/地区; 国; 国名; 국가; 나라; البلد; الدولة; מדינה; ארץ; देश; ประเทศ; quốc gia; negara;
        address 1 - country; business country/region; home country/region; mailing country/region; location country;
        country / territory; land/region; pays/région; país/región; paese/regione; 国/地域
    """,
    "industry": """
        industry; industries; industry name; company industry; account industry; sector; business sector; industry sector; vertical;
        market segment; line of business; branche; industrie; wirtschaftszweig; secteur; secteur d'activité; domaine d'activité;
        sector de actividad; industria; rubro; giro; settore; settore di attività; comparto; setor; setor de atividade; ramo;
        ramo de atividade; sectornaam; bransch; næring; bransje; toimiala; branża; obor; odvětví; odvetvie; iparág; ágazat;
        domeniu de activitate; industrie (domeniu); sektör; endüstri; отрасль; сфера деятельности; галузь; κλάδος; 行业; 行業; 产业;
        業種; 業界; 산업; 업종; القطاع; תעשייה;
        primary industry; branche d'activité; segmento de mercado; bedrijfstak; κλάδος δραστηριότητας; сфера бизнеса; 所属行业;
        所属業界
    """,
    "reason": """
        reason; reason for outreach; reason for contact; reason to contact; why; why them; why now; personalization;
        personalisation; personal note; icebreaker; opener; opening line; first line; custom intro; intro line; trigger;
        buying signal; signal; grund; anlass; aufhänger; raison; motif; accroche; motivo; razón; motivazione; razão; reden;
        aanleiding; anledning; årsag; syy; powód; důvod; dôvod; indok; motiv; neden; причина; повод; 原因; 理由; 사유; السبب
    """,
    "notes": """
        notes; note; note interne;
        comment; comments; remarks; remark; description; context; notiz; notizen; bemerkung; bemerkungen; anmerkung;
        anmerkungen; kommentar; kommentare; beschreibung; remarque; remarques; commentaire; commentaires; notas; nota; comentario;
        comentarios; observaciones; commento; commenti; osservazioni; observações; notitie; notities; opmerking; opmerkingen;
        anteckning; anteckningar; notat; notater; bemærkning; bemærkninger; merknad; merknader; muistiinpanot; huomautus; notatka;
        notatki; uwagi; komentarz; poznámka; poznámky; megjegyzés; observații; comentarii; notlar; açıklama; yorum; заметки;
        примечание; примечания; комментарий; нотатки; коментар; σημειώσεις; σχόλια; 备注; 備考; メモ; 비고; 메모; ملاحظات; הערות;
        internal notes; notes / comments; additional notes; observations; anotações; toelichting; noter; huomautukset; jegyzet;
        megjegyzések; uwagi dodatkowe; mențiuni; not; παρατηρήσεις; примітки; примітка; コメント; 備註; 특이사항
    """,
}

_FOLDED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_WHOSE = re.compile("person|contact|lead|prospect|customer|client|user|attendee|participant|recipient|subscriber|member|candidate|guest")
_LONGEST = 100  # of a heading that is looked into; longer ones are texts
# What forms and programs add to a heading without changing what it means.
_REMARK = re.compile(
    r"(?:__c|[(\[](?:required|optional|mandatory|pflichtfeld|obligatoire|facultatif|obligatorio|obbligatorio|verplicht)[)\]])[\s:*]*$",
    re.IGNORECASE,
)
_ENDS_OF_REMARKS = (")", "]", "__c")
_NOT_LIQUID = re.compile(r"[^a-z0-9]+")


def simplified(heading: str) -> str:
    """Return the heading without case, accents, spaces and punctuation."""
    letters = unicodedata.normalize("NFKD", heading.casefold()).translate(_FOLDED)
    return "".join(letter for letter in letters if letter.isalnum())


def meaning(heading: str) -> str | None:
    """Return the field, the usual custom name or NAME that this heading stands for; None when it is not a usual one."""
    plain = simplified(heading)
    return SPELLINGS.get(plain) or _of_the_person(plain) or _said_twice(heading) or _without_remark(heading)


def _without_remark(heading: str) -> str | None:
    """Forms and programs add words that change nothing: "Email (required)"."""
    if not heading.rstrip(" \t\n\xa0:*").endswith(_ENDS_OF_REMARKS):
        return None
    return SPELLINGS.get(simplified(_REMARK.sub("", heading)))


def _of_the_person(plain: str) -> str | None:
    """CRMs put before a heading whom it is about: "Attendee First Name". Their "User Name" may be that of an account."""
    whose = _WHOSE.match(plain)
    field = SPELLINGS.get(plain[whose.end() :]) if whose else None
    return None if field == NAME else field


def _said_twice(heading: str) -> str | None:
    """Two words for one thing, such as "Notes / Comments"; two things, such as "City/State", are neither."""
    words = heading.split("/") if len(heading) < _LONGEST else []
    fields = {SPELLINGS.get(simplified(word)) for word in words}
    return fields.pop() if len(words) > 1 and len(fields) == 1 else None


def identifier(heading: str) -> str:
    """Return the heading as a name that a Liquid template can use, or "" when nothing of it can be one."""
    letters = unicodedata.normalize("NFKD", heading.casefold()).translate(_FOLDED)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    name = _NOT_LIQUID.sub("_", plain).strip("_")[:60].rstrip("_")
    return f"n_{name}" if name[:1].isdigit() else name


SPELLINGS: dict[str, str] = {simplified(word): field for field, words in _SPELLINGS.items() for word in words.split(";")}
