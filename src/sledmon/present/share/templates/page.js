"use strict";
(() => {
  const root = document.documentElement;
  const status = document.getElementById("status");
  const heard = document.getElementById("heard");
  root.classList.add("scripted");

  // Units: every unit stands in the page already, so a choice needs no network.
  const choose = (kind, key) => {
    const main = document.querySelector("main");
    main.dataset[kind] = key;
    for (const one of document.querySelectorAll(`a[data-kind="${kind}"]`)) {
      one.setAttribute("aria-current", String(one.dataset.key === key));
    }
    const asked = new URLSearchParams(location.search);
    asked.set(kind, key);
    history.replaceState(null, "", `${location.pathname}?${asked}`);
  };

  // The picture is drawn from what the page holds; the browser keeps it.
  const save = () => {
    const main = document.querySelector("main");
    const drawing = document.getElementById("picture").content.querySelector("svg").cloneNode(true);
    for (const text of drawing.querySelectorAll(".u")) {
      const wanted = text.classList.contains(main.dataset.speed) || text.classList.contains(main.dataset.load);
      if (!wanted) text.remove();
    }
    const picture = new Image();
    picture.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 1080;
      canvas.height = 1350;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = "my-reps.png";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60000);
        heard.textContent = "Saved as my-reps.png";
      }, "image/png");
    };
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(drawing))}`;
  };

  document.addEventListener("click", (click) => {
    const one = click.target.closest("[data-kind],[data-do]");
    if (!one) return;
    click.preventDefault();
    if (one.dataset.do === "save") save();
    else choose(one.dataset.kind, one.dataset.key);
  });

  const lost = () => {
    status.textContent = "Not connected. What you see stays here; new reps come when the laptop is in reach again.";
  };
  const ended = () => {
    status.textContent = "This page has ended. What you see stays here until you close it.";
  };

  const refresh = async () => {
    const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
    if (!answer.ok) return answer.status === 404 ? ended() : lost();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.querySelector("main");
    const next = document.importNode(fresh.querySelector("main"), true);
    const key = document.activeElement?.dataset.key;
    main.replaceWith(next);
    if (key) next.querySelector(`[data-key="${key}"]`).focus({ preventScroll: true });
    heard.textContent = next.dataset.said;
    status.textContent = "";
  };

  const listen = () => {
    const events = new EventSource(`${location.pathname}/events`);
    events.addEventListener("rep", (event) => {
      if (event.data === document.querySelector("main").dataset.version) status.textContent = "";
      else refresh().catch(lost);
    });
    events.addEventListener("error", () => {
      if (events.readyState === EventSource.CLOSED) {
        const later = () => { lost(); setTimeout(listen, 5000); };
        fetch(location.pathname, { method: "HEAD", cache: "no-store" }).then(
          (answer) => (answer.status === 404 ? ended() : later()), later);
      } else lost();
    });
  };
  addEventListener("offline", lost);
  listen();
})();
