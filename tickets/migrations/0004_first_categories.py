"""The categories that a new desk starts with; admins edit them."""

from django.db import migrations

FIRST_CATEGORIES = [
    (
        "Accounts and access",
        "Signing in, passwords, permissions, people who start or leave.",
        ["Passwords", "Two-step sign-in", "Permissions", "Starters and leavers"],
    ),
    (
        "Hardware",
        "Computers, screens, phones and what is plugged into them.",
        ["Laptops", "Desktops", "Screens and docks", "Phones and tablets", "New equipment"],
    ),
    (
        "Software",
        "Programs: installing, updating, licences, errors.",
        ["Office programs", "Business applications", "Installation", "Licences"],
    ),
    (
        "Network and Wi-Fi",
        "Connections in the office, at home and on the way.",
        ["Wi-Fi", "VPN", "Wired network"],
    ),
    (
        "E-mail and calendar",
        "Mailboxes, shared calendars, meetings, suspicious messages.",
        ["Mailbox", "Shared mailboxes", "Calendar and meetings", "Spam and phishing"],
    ),
    ("Printing", "Printing, scanning, paper and toner.", ["Printers", "Scanning", "Supplies"]),
    (
        "Files and storage",
        "Shared folders, lost files, space.",
        ["Shared folders", "Lost files", "Storage space"],
    ),
    ("Something else", "Everything that fits nowhere above.", []),
]


def create(apps, schema_editor):
    """Make the first set, unless the desk has categories of its own already."""
    categories = apps.get_model("tickets", "Category").objects
    if categories.exists():
        return
    for position, (name, description, subcategories) in enumerate(FIRST_CATEGORIES):
        parent = categories.create(name=name, description=description, position=position)
        for below, subcategory in enumerate(subcategories):
            categories.create(name=subcategory, parent=parent, position=below)


def remove(apps, schema_editor):
    """Take back those of the first set that nothing refers to."""
    category = apps.get_model("tickets", "Category")
    for name, _, subcategories in FIRST_CATEGORIES:
        of_this = category.objects.filter(parent__name=name, name__in=subcategories)
        unused(of_this).delete()
        unused(category.objects.filter(parent=None, name=name, subcategories=None)).delete()


def unused(categories):
    return categories.filter(tickets=None, servers=None)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_search")]

    operations = [migrations.RunPython(create, remove)]
