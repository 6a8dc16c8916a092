/** A failure that another attempt may mend: a broken connection, a server's own fault. */
export class Interruption extends Error {
  override readonly name: string = 'Interruption';
}
