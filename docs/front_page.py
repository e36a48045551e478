"""Write the annotated picture of a report's front page: five questions, and where the first screen answers them.

python -m docs.front_page results/report/index.html docs/images/front-page.png
"""

import sys
from pathlib import Path

from tests.slow.browser import open_browser

WIDTH, HEIGHT = 1400, 900  # pixels of the first screen
# question: CSS selector of its answer, and edge of the frame at which the question stands
ANSWERS = {
    "Which system is best, and is that certain?": (".headline .card:nth-child(1)", "top"),
    "Where is the error?": (".headline .card:nth-child(3)", "top"),
    "What does it sound like?": (".headline .worst", "bottom"),
    "What failed?": (".cards.small .card:nth-child(1)", "bottom"),
    "What did it cost?": (".cards.small .card.measured", "bottom"),
}
# frames the first visible element of each selector, and puts the number and the question at its right
ANNOTATE = """
answers => answers.forEach(([question, [selector, edge]], index) => {
  const box = [...document.querySelectorAll(selector)].find((element) => element.checkVisibility()).getBoundingClientRect();
  const frame = document.createElement("div");
  Object.assign(frame.style, { position: "absolute", left: `${box.left - 4}px`, top: `${box.top - 3}px`, width: `${box.width + 8}px`,
    height: `${box.height + 6}px`, border: "3px solid #c2185b", borderRadius: "8px", boxSizing: "border-box", zIndex: 1000 });
  const label = document.createElement("div");
  label.textContent = `${index + 1}. ${question}`;
  Object.assign(label.style, { position: "absolute", right: "6px", [edge]: "-15px", background: "#c2185b", color: "#fff",
    font: "600 14px sans-serif", padding: "2px 8px", borderRadius: "6px", whiteSpace: "nowrap" });
  frame.append(label);
  document.body.append(frame);
})
"""


def main() -> None:
    page_file, picture = sys.argv[1:]
    with open_browser() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(Path(page_file).resolve().as_uri())
        page.locator(".worst:visible").wait_for()
        page.evaluate(ANNOTATE, list(ANSWERS.items()))
        page.screenshot(path=picture)


if __name__ == "__main__":
    main()
