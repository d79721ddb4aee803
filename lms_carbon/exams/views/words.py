"""Sentences that pages take along for their scripts: nothing is worded in a module. `{names}` are filled there.

A name that ends in `_one` and `_other` is chosen by the number `n`.
"""

from collections.abc import Mapping
from typing import Final

from flask_babel import gettext

from lms_carbon.core.i18n import mark

RUNNER: Final[Mapping[str, str]] = {
    "question": mark("Question {number}"),
    "comma": mark(", "),
    "state_done": mark("answered"),
    "state_seen": mark("seen, no answer"),
    "state_new": mark("not seen"),
    "state_flagged": mark("flagged"),
    "state_held": mark("waiting to be sent"),
    "opening": mark("Opening …"),
    "ready": mark("Connected"),
    "saving": mark("Saving …"),
    "saved": mark("Saved"),
    "save_ended": mark("No longer saves"),
    "offline": mark("Offline"),
    "waiting_one": mark("Offline: 1 answer waiting"),
    "waiting_other": mark("Offline: {n} answers waiting"),
    "recovered_one": mark("Connected again; 1 answer saved"),
    "recovered_other": mark("Connected again; {n} answers saved"),
    "not_taken": mark("Question {number} was not taken"),
    "minutes_left_one": mark("1 minute left"),
    "minutes_left_other": mark("{n} minutes left"),
    "time_left": mark("{minutes} minutes {seconds} seconds left"),
    "unanswered_one": mark("1 question has no answer."),
    "unanswered_other": mark("{n} questions have no answer."),
    "all_answered": mark("All questions are answered."),
    "flagged_one": mark("1 is flagged. "),
    "flagged_other": mark("{n} are flagged. "),
    "left": mark("{time} is left. You cannot change anything afterwards."),
    "submitting": mark("Submitting …"),
    "submitting_text": mark("Your answers are on their way."),
    "submit_offline": mark(
        "Not submitted yet: the network is gone. Your answers are kept, and this page goes on trying. "
        "You can go on answering too."
    ),
    "time_up": mark("Time is up"),
    "time_up_offline": mark(
        "The network is gone. Leave this window open: your answers are kept and go out as soon as it is back. "
        "What was saved before counts in any case."
    ),
    "taken_over": mark("The exam goes on elsewhere"),
    "taken_text": mark(
        "Since {time} the exam goes on on another device or in another window; this one no longer saves."
    ),
    "kept_late_one": mark("1 answer that was not sent yet is kept whole; an officer decides whether it counts."),
    "kept_late_other": mark(
        "{n} answers that were not sent yet are kept whole; an officer decides whether they count."
    ),
    "signed_out": mark("You are signed out here"),
    "signed_out_text": mark("Open the exam again from your course; it goes on where you were."),
    "not_yours": mark("Somebody else is signed in now"),
    "not_yours_text": mark("With this sign-in the exam is not yours. Open it again from your own course page."),
    "kept_here_one": mark("1 answer waits encrypted on this computer and is sent then."),
    "kept_here_other": mark("{n} answers wait encrypted on this computer and are sent then."),
    "only_here_one": mark("1 answer waits in this window alone: leave it open meanwhile."),
    "only_here_other": mark("{n} answers wait in this window alone: leave it open meanwhile."),
}

RECEIPT: Final[Mapping[str, str]] = {
    "kept_late_one": RUNNER["kept_late_one"],
    "kept_late_other": RUNNER["kept_late_other"],
}

START: Final[Mapping[str, str]] = {
    "why_me": mark("One more step: confirm that this is you."),
    "why_check": mark("One more step: the system check must pass."),
    "why_checking": mark("A moment: the system check is under way."),
    "why_rules": mark("One more step: accept the rules of the exam."),
    "why_several": mark("Still to do: {n} steps."),
    "why_nothing": mark("Everything is ready. Your time begins when you press the button."),
    "browser_ok": mark("Browser works"),
    "browser_bad": mark("This browser is too old: take a newer one, such as Chrome, Edge, Firefox or Safari"),
    "line_ok": mark("Connection and trial save"),
    "line_time": mark("{ms} ms there and back"),
    "line_bad": mark("The server does not answer. Check the network, then check again"),
    "store_ok": mark("Answers can wait here while the network is gone"),
    "store_how": mark("encrypted"),
    "store_later": mark("Whether answers can wait here without network is checked in the exam's own window"),
    "store_bad": mark("Answers cannot wait on this computer: keep the exam window open if the network fails"),
    "clock_ok": mark("This computer's clock is right"),
    "clock_slow": mark("This computer's clock is {time} slow"),
    "clock_fast": mark("This computer's clock is {time} fast"),
    "clock_which": mark("The server's time counts"),
    "seconds_one": mark("1 second"),
    "seconds_other": mark("{n} seconds"),
    "minutes_one": mark("1 minute"),
    "minutes_other": mark("{n} minutes"),
    "starting": mark("Opening the exam …"),
    "opened": mark("The exam is open in its own window."),
    "blocked": mark("Your browser did not let the window open. Open it by this link:"),
    "failed": mark("That did not work: {why}"),
    "no_network": mark("the server does not answer. Check the network and press again."),
}


def in_words(marked: Mapping[str, str]) -> dict[str, str]:
    """Return the sentences in the language of the page."""
    return {name: gettext(sentence) for name, sentence in marked.items()}
