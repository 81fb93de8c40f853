"""The people of the corpus of dirty CSV files: made up, in the scripts and accents that real lists are full of."""

# ruff: noqa: RUF001 - names in many scripts are the point of this file

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    first: str
    last: str
    company: str
    title: str
    city: str
    country: str


def _people(table: str) -> tuple[Person, ...]:
    return tuple(Person(*map(str.strip, line.split("|"))) for line in table.strip().splitlines())


PEOPLE: dict[str, tuple[Person, ...]] = {
    "en": _people("""
        Ada         | Lovelace       | Analytical Engines Ltd    | Founder & CEO            | London      | United Kingdom
        Grace       | Hopper         | Compilers, Inc.           | VP Engineering           | New York    | United States
        Siobhan     | O'Brien        | O'Brien & Daughters       | Head of Sales (EMEA)     | Dublin      | Ireland
        Mary-Jane   | Smith-Jones    | Smith/Jones LLP           | Partner                  | Leeds       | United Kingdom
        Priya       | Raman          | Raman 24/7 Services       | Director, Operations     | Pune        | India
    """),
    "de": _people("""
        Jörg        | Müller         | Müller & Söhne GmbH       | Geschäftsführer          | Köln        | Deutschland
        Käthe       | Weiß           | Bäckerei Weiß OHG         | Inhaberin                | Nürnberg    | Deutschland
        Jürgen      | von der Höhe   | Höhe Maschinenbau KG      | Leiter Einkauf           | Düsseldorf  | Deutschland
        Ruth        | Blaser         | Zürcher Käse AG           | Prokuristin              | Zürich      | Schweiz
        Björn       | Großmann       | Straßen- und Tiefbau AG   | Vertriebsleiter          | Gießen      | Deutschland
    """),
    "fr": _people("""
        François    | Lefèvre        | Société Générale du Thé   | Directeur général        | Orléans     | France
        Hélène      | Béranger       | Pâtisserie L'Éclair       | Gérante                  | Besançon    | France
        Noël        | Dupré          | Forêt & Rivière SARL      | Chargé d'affaires        | Genève      | Suisse
        Anaïs       | Lacroix        | Maïs d'Aquitaine          | Responsable des achats   | Périgueux   | France
        Benoît      | Châtelain      | Hôtel du Château          | Maître d'hôtel           | Nîmes       | France
    """),
    "es": _people("""
        José        | Muñoz García   | Construcciones Muñoz, S.A.| Director técnico         | Málaga      | España
        María       | Núñez          | Señal Ibérica             | Jefa de compras          | Cádiz       | España
        Ángel       | Ibáñez         | Ibáñez y Cía.             | Socio                    | Ávila       | España
        Íñigo       | Peña           | Ñandú Viajes              | Administración           | Logroño     | España
        Lucía       | Agüero         | Café de Córdoba           | Gerente de operaciones   | Córdoba     | Argentina
    """),
    "pt": _people("""
        João        | Gonçalves      | Pão & Companhia Lda       | Diretor de operações     | São Paulo   | Brasil
        Conceição   | Magalhães      | Irmãos Magalhães          | Sócia                    | Guimarães   | Portugal
        Luís        | Simões         | Câmara de Comércio        | Gestão de relações       | Évora       | Portugal
        Antônio     | Araújo         | Açúcar do Maranhão        | Gerente                  | São Luís    | Brasil
    """),
    "it": _people("""
        Niccolò     | Barbà          | Caffè della Città S.r.l.  | Responsabile qualità     | Forlì       | Italia
        Giosuè      | Rossi          | Rossi & Figli             | Titolare                 | Cefalù      | Italia
        Chiara      | D'Angelo       | Libertà Viaggi            | Capo acquisti            | L'Aquila    | Italia
        Mosè        | Bianchi        | Più Sport                 | Socio                    | Torino      | Italia
    """),
    "nl": _people("""
        Daniël      | van den Berg   | Bloemen & Co. B.V.        | Inkoper                  | Utrecht     | Nederland
        Zoë         | de Vries       | Café 't Hoekje            | Eigenaar                 | Groningen   | Nederland
        Jan-Willem  | ten Cate       | Scheepswerf ten Cate      | Algemeen directeur       | Den Helder  | Nederland
        Renée       | Hermans        | Coöperatie De Bron        | Hoofd verkoop            | Maastricht  | Nederland
    """),
    "sv": _people("""
        Åsa         | Sjöström       | Västerås Stål AB          | Försäljningschef         | Västerås    | Sverige
        Søren       | Kjærgaard      | Ærø Færger A/S            | Indkøbschef              | Ærøskøbing  | Danmark
        Øystein     | Bjørnstad      | Tromsø Fisk AS            | Daglig leder             | Tromsø      | Norge
        Päivi       | Hämäläinen     | Jyväskylän Kone Oy        | Myyntijohtaja            | Jyväskylä   | Suomi
        Þórdís      | Guðmundsdóttir | Höfn Útgerð ehf.          | Framkvæmdastjóri         | Höfn        | Ísland
    """),
    "pl": _people("""
        Łukasz      | Wiśniewski     | Żuraw Łódź Sp. z o.o.     | Kierownik sprzedaży      | Łódź        | Polska
        Małgorzata  | Dąbrowska      | Gdańska Spółka Morska     | Główna księgowa          | Gdańsk      | Polska
        Świętosława | Ćwikła         | Piekarnia Źdźbło          | Właścicielka             | Częstochowa | Polska
        Zbigniew    | Brzęczyszczyk  | Ślusarstwo Śląskie S.A.   | Członek zarządu          | Wrocław     | Polska
        Paweł       | Żółć           | Usługi Żółć               | Inżynier                 | Kraków      | Polska
    """),
    "cs": _people("""
        Jiří        | Dvořák         | Dvořákova pila s.r.o.     | Jednatel                 | Plzeň       | Česko
        Zdeňka      | Růžičková      | Květiny Růže              | Vedoucí nákupu           | Český Těšín | Česko
        Ľubomír     | Šťastný        | Košické železiarne        | Riaditeľ                 | Košice      | Slovensko
        Božena      | Němcová        | Babičkiny koláče          | Majitelka                | Ústí        | Česko
        Ondřej      | Kříž           | Tiskárna Kříž             | Účetní                   | Třebíč      | Česko
    """),
    "hu": _people("""
        Gergő       | Szűcs          | Szűcs és Társa Kft.       | Ügyvezető                | Győr        | Magyarország
        Erzsébet    | Kővári         | Hűtőgép Szerviz Bt.       | Főkönyvelő               | Kőszeg      | Magyarország
        László      | Erdős          | Erdős Műhely              | Beszerző                 | Gödöllő     | Magyarország
        Tünde       | Fűrész         | Dunaföldvári Pékség       | Értékesítő               | Pécs        | Magyarország
    """),
    "tr": _people("""
        Gülşah      | Yıldırım       | Işık Tekstil A.Ş.         | Satış Müdürü             | İstanbul    | Türkiye
        Çağrı       | Öztürk         | Öztürk İnşaat             | Genel Müdür              | Diyarbakır  | Türkiye
        Ayşe        | Dağ            | Güneş Gıda                | Mühendis                 | Muğla       | Türkiye
    """),
    "ro": _people("""
        Ștefan      | Țepeș          | Brașov Mașini SRL         | Director vânzări         | Timișoara   | România
        Ioana       | Bănică         | Pâinea Bună               | Șef achiziții            | Târgu Mureș | România
        Răzvan      | Crăciun        | Crăciun și Fiii           | Administrator            | Iași        | România
    """),
    "ru": _people("""
        Анна        | Кузнецова      | ООО «Ромашка»             | Коммерческий директор    | Казань      | Россия
        Юрий        | Щербаков       | Завод «Заря»              | Главный инженер          | Екатеринбург| Россия
        Ганна       | Їжакевич       | Києвський хліб            | Керівниця відділу        | Київ        | Україна
        Ёлка        | Мягкова        | Типография «Мир»          | Бухгалтер                | Тверь       | Россия
    """),
    "el": _people("""
        Γιώργος     | Παπαδόπουλος   | Ελληνικά Ναυπηγεία Α.Ε.   | Διευθυντής πωλήσεων      | Αθήνα       | Ελλάδα
        Ελένη       | Αγγελοπούλου   | Εκδόσεις Αίολος           | Υπεύθυνη αγορών          | Θεσσαλονίκη | Ελλάδα
        Ιωάννης     | Ξενάκης        | Μουσική Ξενάκη            | Συνεταίρος               | Πάτρα       | Ελλάδα
    """),
    "ja": _people("""
        太郎        | 山田           | 株式会社山田製作所        | 営業部長                 | 東京        | 日本
        さくら      | 渡邉           | サクラ・デザイン          | 代表取締役               | 京都        | 日本
        ケン        | 佐藤           | 佐藤商事                  | 購買担当                 | 大阪        | 日本
    """),
    "zh": _people("""
        伟          | 王             | 上海电子有限公司          | 采购经理                 | 上海        | 中国
        秀英        | 李             | 台灣機械股份有限公司      | 總經理                   | 台北        | 台灣
        민준        | 김             | 서울전자 주식회사         | 영업이사                 | 서울        | 대한민국
    """),
}

NOTES: dict[str, str] = {
    "en": "Met at the fair; asked for a quote, call back on Monday.",
    "de": "Auf der Messe getroffen, möchte ein Angebot über 1.234,50 €; größere Menge.",
    "fr": "Rencontré au salon ; à rappeler, très intéressé par l'été à Nîmes.",
    "es": "¿Quiere una oferta? Sí: mañana, según él.",
    "pt": "Não ligar antes das 10h; prefere reunião às terças, após o almoço.",
    "it": "Perché no? Ha già comprato, però di più l'anno scorso.",
    "nl": "Gesproken op de beurs: belt zelf terug, ideeën genoeg.",
    "sv": "Träffades på mässan; vill ha besök före påsk, gärna på måndag.",
    "pl": "Spotkany na targach; proszę zadzwonić później, w środę.",
    "cs": "Potkali jsme se na veletrhu; zavolat příští týden, těší se.",
    "hu": "A vásáron találkoztunk; később hívjuk, jövő hétfőn.",
    "tr": "Fuarda tanıştık; önümüzdeki hafta aranacak, çok ilgili.",
    "ro": "Ne-am întâlnit la târg; de sunat săptămâna viitoare, și e interesat.",
    "ru": "Познакомились на выставке; перезвонить в среду, ждёт предложение.",
    "el": "Γνωριμία στην έκθεση· να τηλεφωνήσουμε την Τρίτη, ενδιαφέρεται.",
    "ja": "展示会で名刺交換。来週、見積もりを送る。",
    "zh": "在展会上认识；下周发报价，很感兴趣。",
}
