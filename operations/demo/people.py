"""Who is at the demo desk. Addresses are in domains kept for examples, telephone numbers in the
range that the regulator keeps for drama."""

from dataclasses import dataclass

from accounts.choices import Role

PASSWORD = "four-green-lamps"  # noqa: S105


@dataclass(frozen=True)
class SignIn:
    """How to sign in to the demo desk in one role."""

    role: Role
    name: str
    user_id_or_email: str
    password: str = PASSWORD


SIGN_INS = (
    SignIn(Role.ADMIN, "Alex Morgan", "admin"),
    SignIn(Role.TECHNICIAN, "Maya Lindqvist", "maya"),
    SignIn(Role.CUSTOMER, "Sam Carter", "sam.carter@example.org"),
)

# Name, user id; the first is the sign-in above.
ADMINS = (("Alex Morgan", "admin"), ("Ines Duarte", "ines"))

# Name, user id, categories served (the first is the main one), away note.
TECHNICIANS = (
    ("Maya Lindqvist", "maya", ("Network and Wi-Fi", "Hardware", "Something else"), ""),
    ("Tom Okafor", "tom", ("Hardware", "Printing"), ""),
    ("Priya Raman", "priya", ("Software", "Files and storage"), ""),
    ("Jonas Weber", "jonas", ("Accounts and access", "E-mail and calendar"), ""),
    ("Chloe Bennett", "chloe", ("E-mail and calendar", "Software", "Something else"), ""),
    ("Diego Salas", "diego", ("Printing", "Files and storage", "Network and Wi-Fi"), "On a course"),
)

# Name, user id of the lead, top categories that it serves; who serves one of them is a member.
TEAMS = (
    ("Infrastructure", "maya", ("Network and Wi-Fi", "Hardware", "Printing")),
    ("Applications", "priya", ("Software", "E-mail and calendar", "Files and storage")),
    ("Service desk", "jonas", ("Accounts and access", "Something else")),
)

ORGANIZATIONS = (
    "Harbour Street Clinic",
    "Northfield College",
    "Brightwater Logistics",
    "Oakley and Daughters",
    "Millbrook Council",
    "Fernhill Studios",
    "Castle Row Estates",
    "Pinecrest Foods",
    "Redgate Engineering",
    "Willow Lane Surgery",
    "Summit Outdoor",
    "Larkfield Housing",
)

FIRST_NAMES = (
    "Aisha Adam Alice Amir Anna Ben Bianca Carla Carlos Chen Clara Daniel Dana David Elena Elias "
    "Emma Eric Fatima Felix Fiona Frank Grace Hana Hannah Hugo Ida Ivan Jack Jamal James Jana "
    "Jonah Julia Karen Karim Kate Kofi Lara Laura Leo Lina Lucas Lucy Maria Marco Marta Max Mei "
    "Mia Mina Nadia Naomi Nina Noah Nora Oliver Olga Omar Oscar Paula Peter Petra Rachel Rahul "
    "Rosa Ruth Sara Simon Sofia Stefan Tara Theo Tina Tomas Uma Vera Victor Wanda Yara Yusuf Zoe"
).split()
LAST_NAMES = (
    "Abbott Ahmed Almeida Andersson Baker Barnes Becker Berg Bianchi Brown Byrne Campbell Castro "
    "Chandra Clarke Cooper Costa Cruz Dalton Diaz Dixon Dubois Edwards Ellis Evans Farrell Fischer "
    "Fletcher Flores Fox Garcia Gibson Grant Gray Green Haas Hall Harris Hayes Hill Hoffman Holm "
    "Hughes Hussein Ito Jansen Jensen Jones Kaya Keller Kelly Khan Kim King Klein Kowalski Kumar "
    "Lee Lopez Lund Marsh Martin Mbeki Meyer Moore Moreau Murphy Nakamura Nguyen Novak Nowak "
    "O'Brien Olsen Osei Owen Park Patel Pereira Quinn Rao Reid Rossi Roy Russo Sato Schmidt Scott "
    "Shaw Silva Singh Sousa Stone Suzuki Tanaka Taylor Turner Vargas Vogel Walsh Wang Ward Webb "
    "Wood Wright Yilmaz Young Zhang"
).split()
