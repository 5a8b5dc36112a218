//! Sentences that belong to no condition: notes of visits, conversations.

/// Notes of a check-up of an adult.
pub(super) static CHECKUPS: &[&str] = &[
    "Feels well. Blood pressure 124/78 mmHg, weight unchanged. Next check in one year.",
    "Yearly check: heart and lungs normal, vaccinations looked through.",
    "Health check asked for by the patient; no limitation found.",
    "Travel advice and vaccinations; no complaints.",
    "General check-up. Diet and exercise talked through, blood tests ordered where due.",
];

/// Notes of a check-up of a child.
pub(super) static CHILD_CHECKUPS: &[&str] = &[
    "Height and weight along the usual centile; development as expected.",
    "Sight and hearing checked: normal for age.",
    "Vaccination given according to the schedule, well tolerated.",
    "Heart and lungs normal, growth and posture as expected.",
];

/// Notes of a later visit, where the condition has none of its own: all is well, or it is not.
pub(super) static BETTER: &[&str] = &[
    "Much better; treatment goes on as agreed.",
    "No complaints now. Come again when needed.",
    "Recovered well; questions answered.",
];
pub(super) static WORSE: &[&str] = &[
    "Still has complaints; treatment gone through and adjusted.",
    "Only a little better; treatment goes on.",
    "Complaints come and go; diary given.",
];

/// Why a visit did not take place, by the patient's word.
pub(super) static CANCELLED: &[&str] = &[
    "Cancelled by the patient: cannot come on that day.",
    "Cancelled by the patient: feels better.",
    "Moved by the practice; new date offered.",
    "Cancelled: patient has a cold and wants a later date.",
];

/// Notes on a visit nobody came to.
pub(super) static NO_SHOW: &[&str] = &["Did not attend; letter sent.", "Did not attend; called, no answer."];

/// Notes on a visit to come.
pub(super) static UPCOMING: &[&str] = &[
    "Bring the list of medicines.",
    "Fasting blood test before the visit.",
    "Review of results.",
    "Patient prefers mornings.",
    "Control as agreed at the last visit.",
];

/// Notes on a child's visit to come.
pub(super) static CHILD_UPCOMING: &[&str] =
    &["Bring the vaccination booklet.", "Height and weight to be measured.", "Parents prefer the afternoon."];

/// What a conversation speaks about, and so what the patient must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Anything,
    Medicine,
    Symptom,
    Results,
    Upcoming,
}

/// A conversation: who says what. In braces stands what belongs to the patient.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) topic: Topic,
    /// Someone else writes for a child.
    pub(super) child: bool,
    pub(super) lines: &'static [(&'static str, &'static str)],
}

const fn talk(topic: Topic, lines: &'static [(&'static str, &'static str)]) -> Talk {
    Talk { topic, child: false, lines }
}

const fn about_child(topic: Topic, lines: &'static [(&'static str, &'static str)]) -> Talk {
    Talk { topic, child: true, lines }
}

/// Every conversation.
pub(super) static TALKS: &[Talk] = &[
    talk(
        Topic::Medicine,
        &[
            ("Patient", "Hello, I have only five days of {drug} left. Could I have a new prescription?"),
            ("Bot", "Thank you, {given}. I have passed your request for {drug} to the practice."),
            ("Provider", "Your prescription for {drug} is ready at your usual pharmacy. Best wishes, {gp}"),
        ],
    ),
    talk(
        Topic::Medicine,
        &[
            ("Patient", "I forgot my {drug} this morning. Shall I take two tomorrow?"),
            ("Bot", "Please do not take a double dose. I have asked a member of the team to answer you."),
            ("Provider", "Take the next dose at the usual time, one dose only. It does no harm to miss it once."),
            ("Patient", "Good to know, thank you!"),
        ],
    ),
    talk(
        Topic::Medicine,
        &[
            ("System", "It is time for the yearly review of your medicines. Please answer two short questions."),
            ("Patient", "I take {drug} every day as written on the box and have no problems with it."),
            ("Provider", "Thank you, {given}. We leave everything as it is and look at it again at your next visit."),
        ],
    ),
    talk(
        Topic::Symptom,
        &[
            ("Patient", "I am troubled by {symptom} again. It began {since}."),
            ("Bot", "I am sorry to hear that. I cannot make a diagnosis. Is it severe, or getting worse quickly?"),
            ("Patient", "No, it is bearable, but it does not go away."),
            (
                "Provider",
                "Please come in this week, {given}; the front desk will call you. If it gets worse, ring us at once.",
            ),
        ],
    ),
    talk(
        Topic::Symptom,
        &[
            ("Provider", "Dear {given}, how are you since your last visit? Is the {symptom} better?"),
            ("Patient", "Much better, thank you. Only now and then."),
            ("Provider", "Good. Go on as agreed and write to us if it comes back."),
        ],
    ),
    talk(
        Topic::Results,
        &[
            ("System", "New results are available: {lab}."),
            ("Patient", "I have seen my results. Is there anything I should do?"),
            ("Provider", "I have looked at them, {given}. We go through them at your next visit; nothing is urgent."),
        ],
    ),
    talk(
        Topic::Results,
        &[
            ("Patient", "When will the results of my blood test be there?"),
            ("Bot", "Results usually arrive within two working days. You will get a message here."),
            ("System", "New results are available: {lab}."),
        ],
    ),
    talk(
        Topic::Upcoming,
        &[
            ("System", "Reminder: you have an appointment with {doctor} on {date}."),
            ("Patient", "Thank you, I will be there."),
        ],
    ),
    talk(
        Topic::Upcoming,
        &[
            ("Patient", "Can I come a little later on {date}? The bus is often late."),
            ("Bot", "I have passed your question to the front desk."),
            ("Provider", "That is fine, {given}. {doctor} knows that you may be ten minutes late."),
        ],
    ),
    talk(
        Topic::Anything,
        &[
            ("Patient", "Do you still give influenza vaccinations this season?"),
            ("Bot", "Yes. Vaccinations are given on Tuesdays and Thursdays without an appointment."),
        ],
    ),
    talk(
        Topic::Anything,
        &[
            ("Patient", "I have moved. How can I change my address?"),
            ("Bot", "You can change it under your profile, or tell me the new address here."),
            ("Patient", "Done, thank you."),
            ("System", "The address was changed by the patient."),
        ],
    ),
    talk(
        Topic::Anything,
        &[
            ("Patient", "Is the practice open on the day before the holiday?"),
            ("Bot", "Yes, from eight to twelve. In between, the out-of-hours service answers your call."),
            ("Patient", "Thanks!"),
        ],
    ),
    talk(
        Topic::Anything,
        &[
            ("Patient", "I need a copy of my record for another hospital. How do I get it?"),
            ("Bot", "I have passed your request to the practice."),
            ("Provider", "Dear {given}, the copy is ready. Please bring a proof of identity. Best wishes, {gp}"),
        ],
    ),
    talk(
        Topic::Anything,
        &[
            ("Patient", "Which vaccinations do I need for a journey to East Africa in spring?"),
            ("Provider", "That depends on where you go, {given}. Please book a travel consultation six weeks before."),
            ("Patient", "I will do so, thank you."),
        ],
    ),
    talk(
        Topic::Anything,
        &[
            ("Patient", "Could you send me a sick note for last week?"),
            ("Provider", "For that we need to see you, {given}. Please book a short visit or a video call."),
            ("Patient", "I will, thanks."),
        ],
    ),
    about_child(
        Topic::Anything,
        &[
            ("System", "Reminder: a vaccination of {given} is due this month."),
            ("Patient", "Hello, this is the mother of {given}. May we come on a Friday?"),
            ("Provider", "Yes, any Friday between two and four. Please bring the vaccination booklet."),
        ],
    ),
    about_child(
        Topic::Symptom,
        &[
            ("Patient", "Hello, I am writing for my child {given}: {symptom}. It began {since}. What can we do?"),
            ("Bot", "I am sorry to hear that. Is your child drinking and playing as usual?"),
            ("Patient", "Yes, drinking well, only more tired."),
            (
                "Provider",
                "Then you can wait until tomorrow. Come at nine; if {given} gets worse in the night, call at once.",
            ),
        ],
    ),
    about_child(
        Topic::Medicine,
        &[
            ("Patient", "This is the father of {given}. The {drug} is nearly used up."),
            (
                "Provider",
                "A new prescription is waiting at the front desk. Please bring {given} for a check next month.",
            ),
        ],
    ),
    about_child(
        Topic::Upcoming,
        &[
            ("System", "Reminder: {given} has an appointment with {doctor} on {date}."),
            ("Patient", "Thank you, we will be there."),
        ],
    ),
];

/// Since when, in a conversation.
pub(super) static SINCE: &[&str] = &["yesterday", "two days ago", "at the weekend", "on Monday", "about a week ago"];
