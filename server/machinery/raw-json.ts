/** A value that is there as JSON text (UTF-8) and was not parsed: for encoders that write the text as it is. */
export class RawJson {
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }
}
