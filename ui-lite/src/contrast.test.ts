import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const tokens = readFileSync(new URL('./static/tokens.css', import.meta.url), 'utf8');

function colours(name: string): [light: string, dark: string] {
  const match = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(tokens);
  const [, light, dark] = match ?? [];
  if (light === undefined || dark === undefined) throw new TypeError(`no colour pair --${name}`);
  return [light, dark];
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const surfaces = ['bg', 'surface', 'sunken', 'hover'];
const textPairs: [text: string, ground: string][] = [
  ...['text', 'text-muted', 'text-faint'].flatMap((text) => surfaces.map((ground): [string, string] => [text, ground])),
  ...['bg', 'surface', 'hover', 'accent-soft'].map((ground): [string, string] => ['accent', ground]),
  ['on-accent', 'accent'],
  ['text', 'accent-soft'],
  ...['good', 'busy', 'bad', 'paused', 'unknown', 'warning'].map((tone): [string, string] => [tone, `${tone}-bg`]),
  ...['warning-bg', 'bad-bg', 'busy-bg'].map((ground): [string, string] => ['text-muted', ground]),
  ['unknown', 'unknown-stripe'],
  ['warning', 'bg'],
  ['warning', 'hover'],
  ...['text', 'text-muted', 'text-faint', 'accent'].map((text): [string, string] => [text, 'changed']),
];

describe('text', () => {
  it.each(textPairs)('%s on %s has a contrast of at least 4.5 in light and dark', (text, ground) => {
    const [lightText, darkText] = colours(text);
    const [lightGround, darkGround] = colours(ground);
    expect(contrast(lightText, lightGround)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(darkText, darkGround)).toBeGreaterThanOrEqual(4.5);
  });
});

describe('marks', () => {
  it.each([
    ...surfaces.slice(0, 2).map((ground) => ['focus', ground]),
    ...['good', 'busy', 'bad', 'paused', 'unknown'].map((tone) => [tone, 'bg']),
    // The signs of live updates in the header.
    ...['good', 'paused', 'warning', 'accent', 'unknown'].map((tone) => [tone, 'surface']),
  ])('%s on %s has a contrast of at least 3 in light and dark', (mark = '', ground = '') => {
    const [lightMark, darkMark] = colours(mark);
    const [lightGround, darkGround] = colours(ground);
    expect(contrast(lightMark, lightGround)).toBeGreaterThanOrEqual(3);
    expect(contrast(darkMark, darkGround)).toBeGreaterThanOrEqual(3);
  });
});
