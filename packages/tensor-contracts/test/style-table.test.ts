import { CONFIG_F, entriesOf, styleTable } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('styleTable', () => {
  test('1024 has 26 codes, 9088 numbers and 17 noise inputs', () => {
    const table = styleTable(1024);
    expect([table.entries.length, table.totalWidth, table.noises.length]).toEqual([26, 9088, 17]);
    expect(table.latentCount).toBe(18);
  });

  test.each([[64, 14], [128, 17], [256, 20], [512, 23]])('%d has %d codes', (resolution, count) => {
    expect(styleTable(resolution).entries).toHaveLength(count);
  });

  test('rows of the published table', () => {
    const rows = styleTable(1024).entries.map((e) => [e.index, e.name, e.width, e.outputChannels, e.offset, e.latentIndex, e.noiseIndex]);
    expect(rows[0]).toEqual([0, 'b4.conv1', 512, 512, 0, 0, 0]);
    expect(rows[1]).toEqual([1, 'b4.torgb', 512, 3, 512, 1, null]);
    expect(rows[14]).toEqual([14, 'b128.conv0', 512, 256, 7168, 9, 9]);
    expect(rows[23]).toEqual([23, 'b1024.conv0', 64, 32, 8960, 15, 15]);
    expect(rows[25]).toEqual([25, 'b1024.torgb', 32, 3, 9056, 17, null]);
  });

  test('the split of the paper: 8 target codes with 4096 numbers, 18 source codes with 4992', () => {
    const table = styleTable(1024);
    const sum = (side: 'source' | 'target') => entriesOf(table, side).reduce((total, entry) => total + entry.width, 0);
    expect([entriesOf(table, 'target').length, sum('target')]).toEqual([8, 4096]);
    expect([entriesOf(table, 'source').length, sum('source')]).toEqual([18, 4992]);
  });

  test('law: offsets are the running sum of widths, at every size and width', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 11 }), fc.integer({ min: 1, max: 600 }), (log, maximum) => {
        const table = styleTable(2 ** log, { ...CONFIG_F, maximum });
        let offset = 0;
        for (const entry of table.entries) {
          expect(entry.offset).toBe(offset);
          offset += entry.width;
        }
        expect(table.totalWidth).toBe(offset);
        expect(table.entries).toHaveLength(3 * (log - 1) - 1);
        expect(table.noises).toHaveLength(2 * (log - 1) - 1);
      }),
    );
  });

  test.each([0, 2, 3, 100, -64, Number.NaN])('refuses resolution %d', (resolution) => {
    expect(() => styleTable(resolution)).toThrow(/power of two/);
  });
});
