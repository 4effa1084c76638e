// Says that something new has come; never reloads by itself, so that nobody loses what they are typing.
"use strict";

const SECONDS_BETWEEN_LOOKS = 2;
const news = document.getElementById("news");
const seen = Number(document.body.dataset.changes);
let told = 0;

function tell(fresh) {
  const link = document.createElement("a");
  link.href = window.location.pathname + window.location.search;
  link.textContent = "Reload to see " + (fresh === 1 ? "it." : "them.");
  const words = document.createElement("p");
  words.append(fresh + (fresh === 1 ? " new message. " : " new messages. "), link);
  news.replaceChildren(words);
  told = fresh;
}

async function look() {
  try {
    const answer = await fetch("/changes", { cache: "no-store" });
    const fresh = answer.ok ? Number(await answer.text()) - seen : 0;
    if (fresh > 0 && fresh !== told) {
      tell(fresh);
    }
  } catch {
    // The sandbox was stopped: the page stays as it is, and the next look tries again.
  }
}

setInterval(look, SECONDS_BETWEEN_LOOKS * 1000);
