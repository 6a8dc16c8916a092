import { byteImage } from '@mfim/tensor-contracts';
import { describe, expect, it } from 'vitest';
import { contactSheet } from '../src/contact-sheet/contact-sheet.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyphOf, textWidth } from '../src/contact-sheet/pixel-font.ts';

describe('pixel font', () => {
  it('has ink for every letter, digit and sign that labels use', () => {
    const used = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-+/()%=<>';
    for (const character of used) {
      expect(glyphOf(character)).toHaveLength(GLYPH_WIDTH * GLYPH_HEIGHT);
      expect(glyphOf(character).some(Boolean), character).toBe(true);
    }
  });

  it('gives every letter a shape of its own', () => {
    const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
    expect(new Set(letters.map((letter) => glyphOf(letter).map(Number).join(''))).size).toBe(letters.length);
  });

  it('measures text', () => {
    expect(textWidth('')).toBe(0);
    expect(textWidth('ab')).toBe(11);
  });
});

describe('contact sheet', () => {
  it('shows each image once, scaled to its cell, and grows with its rows', () => {
    const red = byteImage(new Uint8Array(64 * 64 * 3).map((_, index) => (index % 3 === 0 ? 200 : 0)), { width: 64, height: 64, channels: 3 });
    const row = { cells: [{ image: red, label: 'a' }], notes: ['one', 'two'] };
    const sheet = (rows: number) =>
      contactSheet({ title: 'T', subtitle: 's', sections: [{ heading: 'h', rows: Array.from({ length: rows }, () => row) }], cell: 192 });
    const [one, two] = [sheet(1), sheet(2)];
    const reds = one.data.filter((value, index) => index % 3 === 0 && value === 200 && one.data[index + 1] === 0).length;
    expect(reds).toBe(192 * 192);
    expect(two.height).toBeGreaterThan(one.height + 192);
    expect(two.width).toBe(one.width);
  });
});
