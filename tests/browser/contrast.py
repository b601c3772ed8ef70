"""How well text can be read on a page."""

#: The WCAG's contrast of an element's text with what is behind it; the ratio, from 1 to 21.
CONTRAST = """element => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
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
