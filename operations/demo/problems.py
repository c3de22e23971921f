"""What goes wrong at the demo desk, in parts that are put together anew for each ticket.

A problem belongs to one subcategory (`Category / Subcategory`). In its texts `{place}`, `{device}`,
`{app}`, `{asset}` and `{minutes}` are replaced.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One kind of trouble: how it is told, asked about, answered, fixed and summed up."""

    category: str
    subjects: tuple[str, ...]
    symptoms: tuple[str, ...]
    question: str
    answer: str
    note: str
    fix: str
    summary: str


Parts = tuple[tuple[str, ...], tuple[str, ...], str, str, str, str, str]


def _problems(category: str, *rows: Parts) -> list[Problem]:
    return [Problem(category, *row) for row in rows]


PROBLEMS: list[Problem] = [
    *_problems(
        "Accounts and access / Passwords",
        (
            ("Locked out after changing my password", "Password change locked my account"),
            (
                "I changed my password this morning and now every sign-in is refused with \"account locked\".",
                "After the password change my account locks itself again about every {minutes} minutes.",
            ),
            "Is there a phone or a second computer that still has the old password saved?",
            "Yes, my phone still fetches mail with the old one. I had not thought of that.",
            "Lockouts come from a mobile mail client, see the sign-in log.",
            "I unlocked your account. Please put the new password into the mail app of your phone as well, else it locks again.",
            "Account unlocked; the old password was still saved on a phone and is replaced now.",
        ),
        (
            ("Forgot my password for {app}", "Can't sign in to {app} any more"),
            (
                "I was away for three weeks and can't remember my password for {app}. The reset mail does not arrive.",
                "{app} says my password has expired, but the page to set a new one never opens.",
            ),
            "Which address do you expect the reset mail at, and is there anything in the junk folder?",
            "My work address. There is nothing in junk either.",
            "Reset mails were held in the outgoing queue of {app}.",
            "The reset mail was stuck on our side. A new one is on its way; the link works for two hours.",
            "Reset mail released and delivered; customer signed in with a new password.",
        ),
    ),
    *_problems(
        "Accounts and access / Two-step sign-in",
        (
            ("New phone, sign-in codes still go to the old one", "Lost my second factor"),
            (
                "I have a new phone and the codes for two-step sign-in still go to the old one, which I no longer have.",
                "My phone was replaced yesterday. The authenticator on it is empty and I can't get past the code page.",
            ),
            "Can you call us from your desk extension, so that we know it is you?",
            "I called a minute ago and spoke to your colleague.",
            "Identity checked by call back, extension matches the directory.",
            "I removed the old phone. At your next sign-in you are asked to set up the new one.",
            "Second factor reset after an identity check by telephone.",
        ),
        (
            ("Codes are always rejected", "Authenticator code never right"),
            (
                "Every code that the authenticator shows is rejected, whichever computer I use at {place}.",
                "The six digits are refused each time although they are fresh. It worked until last week.",
            ),
            "Is the time on your phone set automatically?",
            "It was set by hand and four minutes late, how embarrassing.",
            "Clock drift, as so often.",
            "Codes depend on the clock. Set the phone's time to automatic and they will be accepted.",
            "Phone clock was four minutes late; set to automatic time.",
        ),
    ),
    *_problems(
        "Accounts and access / Permissions",
        (
            ("No access to {app} after moving team", "Need access to {app}"),
            (
                "Since I moved to the planning team I can open {app} but see no records at all.",
                "I need read access to {app} for the audit. My manager has agreed, see below.",
            ),
            "Who is your new manager? We need their word for this role.",
            "It is the head of planning; she will write to you today.",
            "Approval of the manager is in the file.",
            "You are in the right group now. Sign out and in again, then the records appear.",
            "Group membership corrected after approval by the manager.",
        ),
        (
            ("Can see folders that I should not see", "Too many rights on {app}"),
            (
                "I noticed that I can open the salaries folder. I don't think I should be able to.",
                "In {app} I can approve my own orders. That can't be right.",
            ),
            "Thank you for telling us. Since when have you seen this?",
            "Since the beginning of the week, I think.",
            "Inherited from the old project group. Told the data protection officer.",
            "The extra right came from an old project group; it is removed. Thank you for the hint.",
            "Inherited right removed, other members of the group checked.",
        ),
    ),
    *_problems(
        "Accounts and access / Starters and leavers",
        (
            ("Account for a new colleague", "New starter on Monday"),
            (
                "A new colleague starts on Monday at {place} and needs an account, mail, {app} and a {device}.",
                "Please prepare an account with the same rights as mine for our new trainee. Desk is at {place}.",
            ),
            "Which day do they start, and do they need access from home?",
            "Next Monday, and yes, two days a week from home.",
            "Licence for {app} taken from the pool.",
            "The account is ready. The first password is handed over in person on the first day.",
            "Account, mailbox and licences prepared for the new colleague.",
        ),
        (
            ("Colleague leaves at the end of the month", "Please close an account"),
            (
                "A colleague of ours leaves at the end of the month. Her mails should go to the team mailbox for a while.",
                "Our temp has left. Please close the account and collect the {device} from {place}.",
            ),
            "Should someone have access to the files as well?",
            "Yes, the team lead, for four weeks please.",
            "Date set in the directory, forwarding for 28 days.",
            "Everything is set for the last day: account closed, mails forwarded for four weeks.",
            "Account closes on the last day, mail forwarded, files handed to the team lead.",
        ),
    ),
    *_problems(
        "Hardware / Laptops",
        (
            ("Laptop {asset} does not start", "Laptop stays black"),
            (
                "My {device} ({asset}) shows nothing at all when I press the power button, only the light blinks.",
                "The {device} {asset} went black during a meeting at {place} and does not start any more.",
            ),
            "Does it start with the charger of a colleague and nothing else plugged in?",
            "No, the same with another charger. The light blinks three times, then pauses.",
            "Three blinks: memory. Spare module in the cupboard.",
            "A memory module has failed. I will bring a replacement {device} to {place} this afternoon.",
            "Memory module replaced; the laptop passed the long test.",
        ),
        (
            ("Battery lasts {minutes} minutes only", "Laptop battery empty after one meeting"),
            (
                "The battery of {asset} is empty after {minutes} minutes, so I can't take it into meetings.",
                "Battery says 100 %, and {minutes} minutes later the {device} switches itself off.",
            ),
            "Please send us the number on the sticker below, it tells the battery type.",
            "It is {asset}, bought three years ago.",
            "Below 40 % of design capacity, warranty is over.",
            "The battery is worn out. A new one is ordered and takes three working days.",
            "Battery replaced, capacity back to normal.",
        ),
        (
            ("Laptop very loud and hot", "Fan runs all the time"),
            (
                "The fan of my {device} runs at full speed all day, even with only {app} open.",
                "{asset} gets so hot that I can't keep it on my knees, and everything is slow.",
            ),
            "Could you leave it with us at lunch for half an hour?",
            "Of course, I will bring it at noon.",
            "Dust, and an indexing service that never finished.",
            "I cleaned the fan and stopped a runaway index. It should be quiet again.",
            "Fan cleaned, search index rebuilt.",
        ),
    ),
    *_problems(
        "Hardware / Desktops",
        (
            ("Computer restarts by itself", "Desktop reboots in the middle of work"),
            (
                "The computer at {place} restarts by itself two or three times a day, without a warning.",
                "{asset} reboots whenever I open a large drawing. I have lost work twice.",
            ),
            "Does it also happen when you only write mails?",
            "No, only with {app} and large files.",
            "Event log points at the graphics driver.",
            "A faulty graphics driver was the reason. I put in the previous version; please watch it for a day.",
            "Graphics driver rolled back; no restart since.",
        ),
        (
            ("USB sockets dead", "Keyboard and mouse not recognised"),
            (
                "None of the USB sockets of {asset} work, so I have neither keyboard nor mouse.",
                "The front sockets at {place} are dead. Sticks and headsets are not recognised.",
            ),
            "Do the sockets at the back work?",
            "Those do, thank you, so I can go on for now.",
            "Front panel cable loose.",
            "The cable to the front sockets had come loose; it is back in place.",
            "Front panel cable reseated.",
        ),
    ),
    *_problems(
        "Hardware / Screens and docks",
        (
            ("Second screen stays black on the dock", "Dock does not find my screen"),
            (
                "Since the update my second screen at {place} stays black when the {device} is on the dock.",
                "The dock charges the {device} but neither screen nor network work through it.",
            ),
            "Could you unplug the dock from power for a minute and try again?",
            "Did that: it works for an hour, then the screen is black again.",
            "Known firmware fault of this dock, fixed in the current release.",
            "I updated the dock's firmware over the network. Please plug it out and in once.",
            "Dock firmware updated, both screens stable.",
        ),
        (
            ("Screen flickers at {place}", "Flickering screen gives me headaches"),
            (
                "The left screen at {place} flickers every few seconds.",
                "My screen flickers as soon as the heating is on. It sounds strange, but it is so.",
            ),
            "Does it flicker with another cable as well?",
            "With my colleague's cable it is fine.",
            "Old cable without shielding.",
            "Then it is the cable. A new one lies on your desk.",
            "Video cable replaced.",
        ),
    ),
    *_problems(
        "Hardware / Phones and tablets",
        (
            ("Cracked display on work phone", "Work phone fell down"),
            (
                "My work phone fell down the stairs. The display is cracked and I cut my finger on it.",
                "The touch display of the tablet at {place} reacts only in the upper half.",
            ),
            "Is there anything on it that is stored nowhere else?",
            "Only a few photos, and those I have copied.",
            "Exchange pool has two left.",
            "Please bring it to the service point, you get a replacement at once.",
            "Device exchanged, old one sent for repair.",
        ),
        (
            ("Phone gets no mail any more", "Calendar on the phone is empty"),
            (
                "Since the update my work phone gets no mail any more, the calendar is empty too.",
                "The company profile has vanished from my tablet, and with it mail and {app}.",
            ),
            "Under settings, profiles: is there one with our name?",
            "No, the list is empty.",
            "Certificate of the device had run out.",
            "I renewed the certificate. Please install the profile from the self-service page again.",
            "Device certificate renewed and profile installed again.",
        ),
    ),
    *_problems(
        "Hardware / New equipment",
        (
            ("Headset for video calls", "Please order a headset"),
            (
                "I am in video calls for half of the day and would need a headset with noise reduction.",
                "Three of us at {place} share one headset. Could we have two more?",
            ),
            "Wired or wireless? Wireless ones need approval by your manager.",
            "Wired is fine.",
            "Two in stock.",
            "They are in the internal mail, you should have them tomorrow.",
            "Headsets handed out from stock.",
        ),
        (
            ("Quote for ten {device}s", "Equipment for the new project room"),
            (
                "For the new project we need ten {device}s at {place} by next month. Could you tell us the price?",
                "The project room at {place} needs a large screen, a camera and a speakerphone.",
            ),
            "Which cost centre should we put on the order?",
            "4711, the head of department has signed.",
            "Delivery time is three weeks at the moment.",
            "The quote is attached to the order. Delivery takes about three weeks after approval.",
            "Order placed after approval; delivery date told.",
        ),
    ),
    *_problems(
        "Software / Office programs",
        (
            ("Spreadsheet crashes when saving", "Can't save my spreadsheet"),
            (
                "A spreadsheet with many formulas crashes each time I save it to the shared drive.",
                "When I save the budget file, the program stops for {minutes} minutes and then closes.",
            ),
            "Does the same file save to your own disk?",
            "To my own disk it works in seconds.",
            "File has 60,000 conditional formats, copied over years.",
            "The file carried thousands of leftover formats. I cleaned a copy, it is beside the original.",
            "Leftover formatting removed, file size down from 90 to 4 megabytes.",
        ),
        (
            ("Templates missing after update", "Company template gone"),
            (
                "Since the last update the company templates are missing in the word processor.",
                "The letter template shows the old logo again, and nobody at {place} has the new one.",
            ),
            "Which path do you see under options, templates?",
            "It points to a server that no longer exists, it seems.",
            "Policy still names the old file server.",
            "The path pointed to the old server. It is corrected for everyone; please restart the program.",
            "Template path corrected by policy.",
        ),
    ),
    *_problems(
        "Software / Business applications",
        (
            ("{app} very slow since Monday", "{app} takes minutes to open a record"),
            (
                "Since Monday {app} takes {minutes} seconds to open any record. Customers wait on the telephone.",
                "{app} hangs whenever I search by name. By number it is fast.",
            ),
            "Does it hang for your colleagues as well?",
            "Yes, for everyone at {place}.",
            "Missing index since the vendor's update, ticket with the vendor open.",
            "The vendor's update had dropped an index. It is back and searches are fast again.",
            "Missing index restored with the vendor.",
        ),
        (
            ("Error 1402 in {app}", "{app} shows an error on approval"),
            (
                "When I approve an order, {app} answers \"error 1402, contact your administrator\".",
                "{app} says \"record locked by another user\", but nobody else works on it.",
            ),
            "Which order number, and at what time did you see it?",
            "Order 20418, just now, a few minutes ago.",
            "Stale lock from a session that ended badly.",
            "An old session still held the record. I released it, please try once more.",
            "Stale lock released.",
        ),
        (
            ("Figures in {app} are wrong", "Report of {app} does not add up"),
            (
                "The monthly report of {app} shows twice the amount that we booked.",
                "Totals in {app} differ from the list below them by a few hundred.",
            ),
            "Could you name one entry that is counted twice?",
            "All of the 12th, it seems. The import ran twice that day.",
            "Import job started by hand and by schedule.",
            "The import of that day had run twice. The double entries are removed and the report is right now.",
            "Double import reversed; a lock now keeps the job from running twice.",
        ),
    ),
    *_problems(
        "Software / Installation",
        (
            ("Please install {app}", "{app} on my {device}"),
            (
                "For the new project I need {app} on my {device} ({asset}).",
                "I got a new {device} and {app} is missing on it.",
            ),
            "Is there a licence for you already, or should we order one?",
            "My team has a spare one from a colleague who left.",
            "Package in the software centre, no hand work needed.",
            "It is in the software centre now; click on install and give it about {minutes} minutes.",
            "Software assigned and installed.",
        ),
        (
            ("Update fails again and again", "Update stops at 30 %"),
            (
                "The update of the system stops at 30 % and rolls back, every night for a week.",
                "{asset} wants to restart for an update each morning, and afterwards it wants to again.",
            ),
            "How much free space does the disk show?",
            "2 GB of 256.",
            "Disk full of old profiles.",
            "The disk was full. I removed old profiles, and the update went through.",
            "Disk cleaned up, update installed.",
        ),
    ),
    *_problems(
        "Software / Licences",
        (
            ("Licence for {app} has expired", "{app} says trial version"),
            (
                "{app} tells me that my licence ends in three days. I need it for the tender.",
                "Since this morning {app} starts as a trial version and does not let me export.",
            ),
            "Which address do you see at the top right in {app}?",
            "My old one, from before the wedding.",
            "Licence hangs on the former address.",
            "The licence was tied to your former address. I moved it, please sign in to {app} again.",
            "Licence moved to the present address.",
        ),
        (
            ("Two more seats of {app}", "How many licences of {app} do we have?"),
            (
                "We need two more seats of {app} from the first of the month.",
                "Could you tell me how many licences of {app} our department pays for, and who uses them?",
            ),
            "Named users or shared?",
            "Named, please.",
            "Contract allows five more this year.",
            "The seats are booked and assigned. The list of users is in the reply to your manager.",
            "Seats added to the contract.",
        ),
    ),
    *_problems(
        "Network and Wi-Fi / Wi-Fi",
        (
            ("No Wi-Fi at {place}", "Wi-Fi keeps dropping at {place}"),
            (
                "The Wi-Fi at {place} drops every {minutes} minutes, on my {device} and on my phone.",
                "Nobody at {place} gets a Wi-Fi connection since this morning. The name is there, signing in fails.",
            ),
            "Which floor exactly, and does the guest network work?",
            "Third floor, by the windows. Guests are fine.",
            "Access point AP-3-07 reboots, power budget of the switch exceeded.",
            "An access point had too little power. It hangs on another port now; please watch it today.",
            "Access point moved to a port with enough power.",
        ),
        (
            ("Wi-Fi slow in meetings", "Video calls break up on Wi-Fi"),
            (
                "In the meeting room at {place} video calls break up as soon as ten people are in the room.",
                "Wi-Fi is fine in the morning and unusable after lunch at {place}.",
            ),
            "How many devices are in the room, roughly?",
            "About twenty, counting phones.",
            "Channel 6 crowded, 5 GHz switched off on this floor by mistake.",
            "The faster band had been switched off on your floor. It is on again.",
            "5 GHz band enabled, channel plan corrected.",
        ),
    ),
    *_problems(
        "Network and Wi-Fi / VPN",
        (
            ("VPN drops every {minutes} minutes", "VPN disconnects all the time"),
            (
                "Working from home, the VPN disconnects about every {minutes} minutes and {app} loses what I typed.",
                "The VPN connects, but nothing behind it answers: no {app}, no shared folders.",
            ),
            "Which version does the VPN client show under About?",
            "5.1.2, and my colleague has 5.3.",
            "Old client, known to lose the tunnel on renewal.",
            "Your client is an old one. The current version is in the software centre; it keeps the tunnel.",
            "VPN client updated, tunnel stable for a day.",
        ),
        (
            ("VPN certificate expired", "VPN says certificate invalid"),
            (
                "The VPN refuses me with \"certificate expired\" since today. I am at home all week.",
                "After my holiday the VPN client says that my certificate is not valid any more.",
            ),
            "Can you reach the self-service page without the VPN?",
            "Yes, that opens.",
            "Automatic renewal needs one sign-in a month.",
            "Please renew it on the self-service page under Certificates; it takes a minute.",
            "Certificate renewed by the customer with our guidance.",
        ),
    ),
    *_problems(
        "Network and Wi-Fi / Wired network",
        (
            ("Network socket at {place} is dead", "No connection by cable"),
            (
                "The network socket at {place} gives no connection; the lamp on the {device} stays dark.",
                "After the move all four sockets at {place} are dead.",
            ),
            "What is written on the socket?",
            "{asset}, on a yellow sticker.",
            "Not patched. Port free on switch 2.",
            "The socket was not connected in the cabinet. It is now.",
            "Socket patched.",
        ),
        (
            ("Large uploads are very slow", "Network slow at {place}"),
            (
                "Copying a 2 GB file to the server takes {minutes} minutes at {place}; it was seconds before.",
                "Everything by cable is slow at {place}, Wi-Fi is faster.",
            ),
            "Is there a small switch or a telephone between socket and computer?",
            "Yes, the telephone.",
            "Telephone negotiates 100 Mbit/s half duplex.",
            "The telephone slowed the line down. I changed its setting from here.",
            "Port set to full speed.",
        ),
    ),
    *_problems(
        "E-mail and calendar / Mailbox",
        (
            ("Mailbox is full", "Can't send, mailbox over its limit"),
            (
                "I can't send any mail since noon: \"mailbox over its limit\". I have deleted all I can.",
                "My mailbox is full although the inbox has only 200 messages.",
            ),
            "Is there much in Sent and in Deleted?",
            "Oh. 11 GB in Deleted.",
            "Archive switched on for this mailbox.",
            "I switched on the archive: what is older than two years moves there by itself over night.",
            "Archive enabled, mailbox below its limit.",
        ),
        (
            ("Mails to one customer come back", "Delivery failure to a partner"),
            (
                "All mails to one of our suppliers come back with \"550 rejected\" since yesterday.",
                "A partner says that our mails land in their junk folder.",
            ),
            "Could you forward one of the failure notices as an attachment?",
            "Done, see my mail with the subject \"Undelivered\".",
            "New sending service is missing in the SPF record.",
            "One of our mail servers was missing in a public record. It is added, mails go through.",
            "SPF record completed.",
        ),
    ),
    *_problems(
        "E-mail and calendar / Shared mailboxes",
        (
            ("Shared mailbox for the new team", "Please set up a team mailbox"),
            (
                "Our team needs a shared mailbox; five people should read it and answer in its name.",
                "Please give two colleagues at {place} access to the reception mailbox.",
            ),
            "Who decides who may read it?",
            "I do, as team lead.",
            "Owner noted in the directory.",
            "The mailbox is there and appears by itself within the hour.",
            "Shared mailbox created, owner recorded.",
        ),
        (
            ("Sent mails missing in the shared mailbox", "Replies go out under my own name"),
            (
                "When I answer from the team mailbox, the mail goes out under my own name.",
                "Mails sent from the team mailbox are in my own Sent folder, so colleagues answer twice.",
            ),
            "Do you see a From field above the address?",
            "Now that you say it: it was hidden.",
            "Setting per mailbox, switched on for all members.",
            "Choose the team address under From; sent mails are kept in the team mailbox from now on.",
            "Sent items are kept in the shared mailbox.",
        ),
    ),
    *_problems(
        "E-mail and calendar / Calendar and meetings",
        (
            ("Meeting room is booked but empty", "Double booking of a meeting room"),
            (
                "The meeting room at {place} is booked every Tuesday by somebody who left the company.",
                "Two teams got the same room at {place} for the same hour, both were confirmed.",
            ),
            "Which series is it? Please tell us the title.",
            "\"Weekly numbers\", Tuesdays at ten.",
            "Series without an owner, twelve of them in all.",
            "The series of people who left are removed, the room is free again.",
            "Orphaned series deleted for all rooms.",
        ),
        (
            ("Meetings one hour off", "Wrong time in invitations"),
            (
                "All invitations that I send are one hour late for people outside.",
                "Since the clocks changed, my calendar shows each meeting an hour early.",
            ),
            "Which time zone does your calendar show under settings?",
            "Lisbon, I was there in spring.",
            "Time zone left over from a journey.",
            "The calendar still had another time zone. I set it back; old series correct themselves.",
            "Time zone of the calendar corrected.",
        ),
    ),
    *_problems(
        "E-mail and calendar / Spam and phishing",
        (
            ("Suspicious mail about an unpaid invoice", "Is this mail real?"),
            (
                "I got a mail about an unpaid invoice with an attachment. It looks almost real. I opened nothing.",
                "A mail in the name of our director asks me to buy gift cards. Others at {place} got it too.",
            ),
            "Did anybody click on the link or open the attachment?",
            "Not as far as I know.",
            "Sender blocked, 43 copies taken out of mailboxes.",
            "It is a fraud, thank you for telling us. The message is removed from all mailboxes.",
            "Message removed everywhere, sender blocked, nobody clicked.",
        ),
        (
            ("I clicked on a link, what now?", "Entered my password on a false page"),
            (
                "I clicked on the link in a mail and typed my password before I noticed the odd address.",
                "The page after the link looked like ours. I entered my password {minutes} minutes ago.",
            ),
            "Thank you for being so quick. Have you used the same password anywhere else?",
            "Only here.",
            "Sessions ended, no sign-in from outside in the log.",
            "I ended all your sessions and set a new start password. Nobody has used the old one.",
            "Password reset within minutes, no misuse found.",
        ),
    ),
    *_problems(
        "Printing / Printers",
        (
            ("Printer at {place} jams", "Paper jam at {place} again"),
            (
                "The printer at {place} jams at every second page. We have opened all flaps we could find.",
                "Paper jam at {place} again, third time this week. The display says tray 2.",
            ),
            "Does it jam from the upper tray as well?",
            "No, only from the lower one.",
            "Rollers worn, 180,000 pages.",
            "The rollers of tray 2 are worn. New ones come on Thursday; please use tray 1 until then.",
            "Rollers of tray 2 replaced.",
        ),
        (
            ("Nothing comes out of the printer", "Print jobs vanish"),
            (
                "I print to the device at {place}, the job disappears from the list and nothing comes out.",
                "Since the new {device} I can't print at all; colleagues beside me can.",
            ),
            "Which queue do you print to? The name is in the title of the dialogue.",
            "It ends with -old.",
            "Old queue still in the profile.",
            "That queue is no more. I connected the new one, with your usual settings.",
            "Old queue removed, new one connected.",
        ),
    ),
    *_problems(
        "Printing / Scanning",
        (
            ("Scans do not arrive", "Scan to mail stopped working"),
            (
                "Scans from the device at {place} do not arrive by mail since yesterday.",
                "Scanning to the folder ends with \"connection failed\" at {place}.",
            ),
            "How many pages did you scan?",
            "Forty, in colour.",
            "Over the size limit of the mail server.",
            "Large scans are too big for mail. I set up scanning to your folder, button \"My folder\".",
            "Scan to folder set up.",
        ),
    ),
    *_problems(
        "Printing / Supplies",
        (
            ("Toner empty at {place}", "No toner left at {place}"),
            (
                "The printer at {place} says that black toner is nearly empty.",
                "Magenta is empty at {place} and the cupboard has none left.",
            ),
            "What is the number on the front of the printer?",
            "{asset}.",
            "Automatic order did not start, counter not reporting.",
            "Toner is on its way with today's internal mail.",
            "Toner delivered, automatic ordering works again.",
        ),
    ),
    *_problems(
        "Files and storage / Shared folders",
        (
            ("Shared drive missing", "Drive letters gone after update"),
            (
                "Since the update I don't see the shared drive any more, only my own folder.",
                "The team folder at {place} asks for a password that nobody knows.",
            ),
            "Are you connected by cable, Wi-Fi or VPN?",
            "By VPN from home.",
            "Drives are mapped at sign-in only; VPN comes later.",
            "Drives appear again as soon as the VPN is up; I put the command into your start menu too.",
            "Drive mapping now runs after the VPN has connected.",
        ),
        (
            ("Folder for an outside partner", "Share files with a partner"),
            (
                "We need a folder to exchange drawings with an outside partner, up to 5 GB.",
                "How can I give an auditor access to one folder and nothing else?",
            ),
            "For how long, and who is responsible?",
            "For six months; I am.",
            "Ends automatically on the date given.",
            "The exchange folder is ready; you can invite people yourself. It ends in six months.",
            "Exchange folder created with an end date.",
        ),
    ),
    *_problems(
        "Files and storage / Lost files",
        (
            ("Deleted a folder by mistake", "Please restore a folder"),
            (
                "I have deleted the folder with this year's contracts by mistake. Please bring it back.",
                "A file that was there on Friday is gone from the team folder at {place}.",
            ),
            "What is the exact name, and when did you last see it?",
            "\"Contracts current\", yesterday at about four.",
            "Snapshot of 16:00 has it.",
            "The folder is back, as it was yesterday at four in the afternoon.",
            "Folder restored from a snapshot.",
        ),
        (
            ("File overwritten by a colleague", "Need an older version of a document"),
            (
                "Somebody has overwritten our price list with last year's. Can you get the newer one back?",
                "My document of {minutes} pages has only two pages left after saving.",
            ),
            "Have you looked under Previous versions in the file's properties?",
            "I did not know that this existed. The right one is there!",
            "No work for us, the customer found it.",
            "Good to hear. You can restore it yourself there, for 60 days back.",
            "Customer restored the older version with our hint.",
        ),
    ),
    *_problems(
        "Files and storage / Storage space",
        (
            ("Drive is full", "No space left on the team drive"),
            (
                "The team drive says \"no space left\", we can't save anything at {place}.",
                "I need 50 GB more for the photos of the building site.",
            ),
            "Could old projects go to the archive?",
            "Everything before last year, yes.",
            "Archive job set up, 120 GB.",
            "Old projects move to the archive over night; until then I gave you 20 GB more.",
            "Old projects archived, drive has 120 GB free.",
        ),
    ),
    *_problems(
        "Something else",
        (
            ("Question about working from abroad", "May I take my {device} abroad?"),
            (
                "I will work from another country for two weeks. Is there anything to prepare?",
                "May I take my {device} on holiday, in case I am needed?",
            ),
            "Which country will it be?",
            "Portugal, from the 3rd on.",
            "In the list of allowed countries.",
            "That is fine. Please update before you leave and use the VPN for everything.",
            "Answered: allowed with VPN and a current system.",
        ),
        (
            ("Training for {app}", "Is there a course on {app}?"),
            (
                "Three new colleagues at {place} would like a short introduction to {app}.",
                "Is there a recording of the last training on {app}?",
            ),
            "Would Thursday at ten suit you?",
            "Perfect, thank you.",
            "Room booked.",
            "You are booked for Thursday; the recording of the last one is in the library.",
            "Training arranged.",
        ),
        (
            ("Projector in the hall", "Technical help for an event"),
            (
                "For the meeting of all staff in the hall we need a projector, a microphone and somebody who knows them.",
                "The clicker in the hall does not work, and the event is on Friday.",
            ),
            "When do you start, and until when do you need us?",
            "From nine to noon.",
            "Two of us are there.",
            "We will be there half an hour before you start.",
            "Event supported, all equipment back in the cupboard.",
        ),
    ),
]  # fmt: skip

# What technicians put on tickets, by top category, and on any.
TAGS = {
    "Accounts and access": ("password", "two-step", "new starter"),
    "Hardware": ("laptop", "docking", "warranty"),
    "Software": ("licence", "update", "crash"),
    "Network and Wi-Fi": ("vpn", "wi-fi", "3rd floor"),
    "E-mail and calendar": ("mailbox", "calendar", "spam"),
    "Printing": ("toner", "driver", "3rd floor"),
    "Files and storage": ("shared folder", "restore", "quota"),
    "Something else": ("question", "facilities"),
}
TAGS_OF_ALL = ("known problem", "on site", "month end", "vendor")
PLACES = (
    "the front office", "room 204", "the second floor", "the warehouse", "reception", "building C",
    "the lab", "the meeting room on floor 3", "the branch office", "room 118", "the canteen wing",
    "the library", "the east building", "the workshop", "room 3.12", "the training centre",
)  # fmt: skip
DEVICES = ("laptop", "notebook", "tablet", "workstation", "computer", "mini PC")
APPS = (
    "the ledger", "the order system", "the CRM", "the time sheet", "the drawing program", "the HR portal",
    "the stock system", "the patient record", "the booking tool", "the wiki", "the project planner",
    "the invoice archive",
)  # fmt: skip
OPENINGS = (
    "", "", "Hello,", "Hi,", "Good morning,", "Dear team,", "Hi support,", "Hello everyone,",
)  # fmt: skip
TRIED = (
    "", "", "I have restarted twice, with no change.", "A colleague had a look and could not help.",
    "I followed the guide in the library up to step four.", "Switching it off and on did not help.",
    "I tried another cable.", "I tried it in another browser, too.", "It is the same on a colleague's computer.",
    "On another desk it works.", "I have not changed anything that I know of.",
)  # fmt: skip
IMPACTS = (
    "", "", "I can work around it for now.", "Our whole team is waiting for this.",
    "I have a presentation tomorrow morning.", "It is not urgent, but it is a nuisance.",
    "We can't serve customers at the counter at the moment.", "The month end closing depends on it.",
    "This is the third time this year.", "Until then I use my colleague's.",
)  # fmt: skip
CLOSINGS = (
    "", "", "Thank you!", "Thanks for your help.", "Kind regards", "Many thanks in advance.",
    "You can reach me by telephone until four.", "Best wishes",
)  # fmt: skip
ACKNOWLEDGEMENTS = (
    "Thank you for writing. I am looking into it.",
    "I have taken this over and will come back to you today.",
    "Thanks for the details, that helps. Give me an hour.",
    "I see what you mean; I am checking it with a colleague.",
    "Got it. I will have a look this afternoon.",
)
NUDGES = (
    "Is there any news?",
    "Any idea how long this will take?",
    "It has just happened again.",
    "One more detail: it started after the weekend.",
)
THANKS = (
    "Works again, thank you!",
    "Perfect, thanks for the quick help.",
    "That was it. Thank you very much.",
    "Great, you can close this.",
)
PRAISE = (
    "Quick and clear, thank you.",
    "Friendly, and it works.",
    "Explained so that I understood it.",
    "Took a while, but it is solved.",
    "Best answer in weeks.",
)
COMPLAINTS = (
    "I had to ask twice.",
    "Two days without an answer.",
    "It works, but nobody told me why it broke.",
)
REOPENINGS = (
    "Unfortunately it is back since this morning.",
    "It worked for a day, now it is the same as before.",
    "Sorry, it is not solved yet.",
)
HOLDS = (
    "Waiting for the spare part, due next week.",
    "Vendor has the case, they promised an answer by Friday.",
    "On hold until the maintenance window.",
)
