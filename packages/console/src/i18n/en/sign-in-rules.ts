export const signInRules = {
  signInRules: {
    title: "Rules",
    hint: "What is asked of everybody who comes in.",
    secondFactor: "Ask every member for a second factor",
    secondFactorHint:
      "An authenticator app or a passkey. Who came by single sign-on is asked by its provider instead.",
    shutOut: "You have no second factor, so this would shut you out yourself.",
    setUp: "Set one up first.",
    elsewhere: "Only somebody who signed in here, not by single sign-on, can change this.",
    askTitle: "Ask every member for a second factor?",
    askBody:
      "Members who have not proven one see nothing of {{name}} until they do, and their API keys are refused until they have one. Tell them before.",
    ask: "Ask for it",
    asked: "A second factor is asked of every member.",
    dropTitle: "No longer ask for a second factor?",
    dropBody: "From now on, whoever learns a member’s password reaches {{name}} as that member.",
    drop: "No longer ask",
    notAsked: "A second factor is no longer asked for.",
    ways: "Ways in",
    own: "Password, passkey or link",
    both: "Password, passkey or link, and single sign-on",
    ssoOnly: "Single sign-on only; owners keep their own way",
    sessions: "Sessions",
    ownSessions: "End after 7 days, and after a day unused",
    ssoSessions_one: "By single sign-on: end after {{count}} hour",
    ssoSessions_other: "By single sign-on: end after {{count}} hours",
  },
};
