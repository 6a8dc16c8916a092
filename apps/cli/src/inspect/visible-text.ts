/** Text from a file that nobody vouches for, made fit for a terminal: no escape sequences, no line breaks, no end of its own. */

const LONGEST = 200;

function escape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** Control characters and those that turn the direction of text are written as `\u001b`; what is too long is cut. */
export function visibleText(text: string, longest: number = LONGEST): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return cut.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escape);
}
