/**
 * A 5x7 pixel font of our own, so that a sheet has its labels on machines without any font. Drawn
 * below as it looks: `#` is ink; one band holds the characters named in its first string, 6 columns
 * each; row 8 holds descenders.
 */

/** Columns of a glyph, without the gap to the next. */
export const GLYPH_WIDTH = 5;
/** Rows of a glyph, with the row for descenders. */
export const GLYPH_HEIGHT = 8;
/** Columns from one character to the next. */
export const GLYPH_ADVANCE = 6;

type Band = readonly [characters: string, ...rows: string[]];

const BANDS: readonly Band[] = [
  [
    'ABCDEFGHIJKLM',
    ' ###  ####   ###  ####  ##### #####  ###  #   #  ###    ### #   # #     #   #',
    '#   # #   # #   # #   # #     #     #   # #   #   #      #  #  #  #     ## ##',
    '#   # #   # #     #   # #     #     #     #   #   #      #  # #   #     # # #',
    '##### ####  #     #   # ####  ####  # ### #####   #      #  ##    #     # # #',
    '#   # #   # #     #   # #     #     #   # #   #   #      #  # #   #     #   #',
    '#   # #   # #   # #   # #     #     #   # #   #   #   #  #  #  #  #     #   #',
    '#   # ####   ###  ####  ##### #      #### #   #  ###   ##   #   # ##### #   #',
  ],
  [
    'NOPQRSTUVWXYZ',
    '#   #  ###  ####   ###  ####   #### ##### #   # #   # #   # #   # #   # #####',
    '##  # #   # #   # #   # #   # #       #   #   # #   # #   # #   # #   #     #',
    '##  # #   # #   # #   # #   # #       #   #   # #   # #   #  # #   # #     #',
    '# # # #   # ####  #   # ####   ###    #   #   # #   # # # #   #     #     #',
    '#  ## #   # #     # # # # #       #   #   #   # #   # # # #  # #    #    #',
    '#  ## #   # #     #  #  #  #      #   #   #   #  # #  ## ## #   #   #   #',
    '#   #  ###  #      ## # #   # ####    #    ###    #   #   # #   #   #   #####',
  ],
  [
    'abcdefghijklm',
    '      #               #         ##        #       #      #  #      ##',
    '      #               #        #  #       #                 #       #',
    ' ###  # ##   ###   ## #  ###   #     #### # ##   ##     ##  #  #    #   ## #',
    '    # ##  # #     #  ## #   # ####  #   # ##  #   #      #  # #     #   # # #',
    ' #### #   # #     #   # #####  #    #   # #   #   #      #  ##      #   # # #',
    '#   # #   # #   # #   # #      #     #### #   #   #      #  # #     #   #   #',
    ' #### ####   ###   ####  ###   #        # #   #  ###  #  #  #  #   ###  #   #',
    '                                     ###               ##',
  ],
  [
    'nopqrstuvwxyz',
    '                                     #',
    '                                     #',
    '# ##   ###  ####   #### # ##   ###  ###   #   # #   # #   # #   # #   # #####',
    '##  # #   # #   # #   # ##  # #      #    #   # #   # #   #  # #  #   #    #',
    '#   # #   # #   # #   # #      ###   #    #   # #   # # # #   #   #   #   #',
    '#   # #   # ####   #### #         #  #  # #  ##  # #  # # #  # #   ####  #',
    '#   #  ###  #         # #     ####    ##   ## #   #    # #  #   #     # #####',
    '            #         #                                            ###',
  ],
  [
    '0123456789',
    ' ###    #    ###  #####    #  #####   ##  #####  ###   ###',
    '#   #  ##   #   #    #    ##  #      #        # #   # #   #',
    '#  ##   #       #   #    # #  ####  #        #  #   # #   #',
    '# # #   #      #     #  #  #      # ####    #    ###   ####',
    '##  #   #     #       # #####     # #   #  #    #   #     #',
    '#   #   #    #    #   #    #  #   # #   #  #    #   #    #',
    ' ###   ###  #####  ###     #   ###   ###   #     ###   ##',
  ],
  [
    '.,:;-+/()%=<>',
    '                                        #    #   #    ##             #   #',
    '             ##    ##           #       #   #     #   ##  #         #     #',
    '             ##    ##           #      #   #       #     #  #####  #       #',
    '                        ##### #####   #    #       #    #         #         #',
    '             ##    ##           #    #     #       #   #    #####  #       #',
    ' ##    ##    ##    ##           #   #       #     #   #  ##         #     #',
    ' ##    ##          #                #        #   #       ##          #   #',
    '       #',
  ],
];

function readBand([characters, ...rows]: Band): [string, readonly boolean[]][] {
  return Array.from(characters, (character, position) => {
    const start = position * GLYPH_ADVANCE;
    const ink = Array.from({ length: GLYPH_WIDTH * GLYPH_HEIGHT }, (_, pixel) => {
      const row = rows[Math.floor(pixel / GLYPH_WIDTH)] ?? '';
      return row[start + (pixel % GLYPH_WIDTH)] === '#';
    });
    return [character, ink];
  });
}

const GLYPHS: ReadonlyMap<string, readonly boolean[]> = new Map(BANDS.flatMap(readBand));

/** The ink of a character, row by row (`GLYPH_WIDTH * GLYPH_HEIGHT`); unknown ones are blank. */
export function glyphOf(character: string): readonly boolean[] {
  return GLYPHS.get(character) ?? [];
}

/** Width of a text in font pixels. */
export function textWidth(text: string): number {
  return Math.max(0, text.length * GLYPH_ADVANCE - 1);
}
