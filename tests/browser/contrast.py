"""How well text can be read on a page."""

from playwright.sync_api import Locator

#: as WCAG 2.2 wants it of text, in 1.4.3
LEAST = 4.5
#: The WCAG's contrast of an element's text with what is behind it; the ratio, from 1 to 21.
CONTRAST = """element => {
    // one for all: each would take longer than all that is done with it
    const canvas = window.switchyInk ??=
        document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const rgba = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = colour => {
        const [r, g, b] = rgba(colour).slice(0, 3)
            .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    let behind = element;
    while (behind && rgba(getComputedStyle(behind).backgroundColor)[3] === 0)
        behind = behind.parentElement;
    const ink = light(getComputedStyle(element).color);
    const paper = light(behind ? getComputedStyle(behind).backgroundColor : 'white');
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}"""


def faint(texts: Locator) -> dict[str, float]:
    """Return the texts that are too faint, and their contrasts: all looked at in one moment."""
    found = texts.evaluate_all(f"elements => elements.map(e => [e.innerText, ({CONTRAST})(e)])")
    assert found, "there is nothing to be read"
    return {text: ratio for text, ratio in found if text.strip() and ratio < LEAST}
