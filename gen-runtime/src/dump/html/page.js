"use strict";
const tools = document.getElementById("tools");
const search = document.getElementById("search");
const found = document.getElementById("found");
const tasks = [...document.querySelectorAll(".task")];
const groups = [...document.querySelectorAll(".group")];
const texts = tasks.map((task) => task.textContent.toLowerCase());

// Shows the tasks that contain each word.
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  tasks.forEach((task, at) => {
    task.hidden = !words.every((word) => texts[at].includes(word));
    count += task.hidden ? 0 : 1;
  });
  for (const group of groups) {
    group.hidden = !group.querySelector(".task:not([hidden])");
    if (words.length) group.open = !group.hidden;
  }
  found.value = words.length ? `${count} of ${tasks.length} tasks` : "";
}

// Shows and unfolds the target of a link.
function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  if (!target) return;
  if (target.hidden) {
    search.value = "";
    filter();
  }
  for (let around = target; around; around = around.parentElement) {
    if (around instanceof HTMLDetailsElement) around.open = true;
  }
  const details = target.querySelector("details");
  if (details) details.open = true;
  target.scrollIntoView();
}

function fold(open) {
  document.querySelectorAll("details").forEach((details) => (details.open = open));
}

search.addEventListener("input", filter);
document.getElementById("unfold").addEventListener("click", () => fold(true));
document.getElementById("fold").addEventListener("click", () => fold(false));
addEventListener("hashchange", reveal);
tools.hidden = false;
reveal();
