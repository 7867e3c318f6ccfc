const span = { x: 5, low: -2, high: 3 };
const size = { width: 320, height: 210 };
const margin = 12;
/** Draws a function (solid) and its slope (dashed) for inputs from -5 to 5, the part without a gradient shaded. */
export function curvePicture({ name, f, derivative, deadRegion, kinks }) {
    const left = (x) => margin + ((x + span.x) / (2 * span.x)) * (size.width - 2 * margin);
    const top = (y) => size.height - margin - ((y - span.low) / (span.high - span.low)) * (size.height - 2 * margin);
    const point = (x, y) => `${left(x).toFixed(1)},${top(y).toFixed(1)}`;
    const clamp = (x) => Math.min(span.x, Math.max(-span.x, x));
    /** Broken where the curve leaves the picture or jumps. */
    const path = (curve) => {
        const xs = Array.from({ length: 401 }, (_, i) => -span.x + (i * 2 * span.x) / 400);
        let pen = 'M';
        let drawn = '';
        for (const x of xs) {
            const y = curve(x);
            const inside = y >= span.low && y <= span.high;
            const jumps = kinks.some((kink) => kink >= x - 0.026 && kink <= x) && Math.abs(y - curve(x - 0.025)) > 0.1;
            drawn += inside ? `${jumps ? 'M' : pen}${point(x, y)}` : '';
            pen = inside ? 'L' : 'M';
        }
        return drawn;
    };
    const dead = deadRegion.map(([from, to]) => {
        const [a, b] = [left(clamp(from)), left(clamp(to))];
        return `<rect x="${a.toFixed(1)}" y="${margin}" width="${(b - a).toFixed(1)}" height="${size.height - 2 * margin}" fill="#d33" opacity=".12"/>`;
    });
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" role="img" font-family="sans-serif" font-size="11">`,
        `<title>${name} and its slope from ${-span.x} to ${span.x}</title>`,
        `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
        ...dead,
        `<path d="M${point(-span.x, 0)}L${point(span.x, 0)}M${point(0, span.low)}L${point(0, span.high)}" stroke="#bbb"/>`,
        `<path d="M${point(-span.x, 1)}L${point(span.x, 1)}" stroke="#ddd" stroke-dasharray="2 3"/>`,
        `<text x="${left(0) + 4}" y="${top(1) - 3}" fill="#888">1</text>`,
        `<path d="${path(derivative)}" fill="none" stroke="#c50" stroke-width="2" stroke-dasharray="5 3"/>`,
        `<path d="${path(f)}" fill="none" stroke="#06c" stroke-width="2.5"/>`,
        '</svg>\n',
    ].join('\n');
}
