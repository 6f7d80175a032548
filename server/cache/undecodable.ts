/** An object that is stored and cannot be shown. */
export interface Undecodable {
  readonly key: string
  readonly revision: number
  readonly cause: Error
}

/** Thrown to readers while some of what is stored cannot be read or converted; becomes a Status that depends on what they asked. */
export class UndecodableError extends Error {
  override name = 'UndecodableError'
  readonly objects: readonly Undecodable[]
  constructor(objects: readonly Undecodable[]) {
    super(objects[0]?.cause.message)
    this.objects = objects
  }
}
