/** Pods that have a node and wait for what has to be there before they are bound, such as volumes: until then they may still be called back. */
export class PreBindingPods {
  readonly #cancels = new Map<string, (error: Error) => void>()

  /** Does the work, unless the pod is called back meanwhile. @throws Error when it is, or what the work failed with */
  async run(uid: string, work: () => Promise<void>): Promise<void> {
    const { promise: cancelled, reject } = Promise.withResolvers<never>()
    this.#cancels.set(uid, reject)
    try {
      await Promise.race([work(), cancelled])
    } finally {
      this.#cancels.delete(uid)
    }
  }

  /** @returns whether it was not too late */
  cancel(uid: string, message: string): boolean {
    const cancel = this.#cancels.get(uid)
    cancel?.(new Error(message))
    this.#cancels.delete(uid)
    return cancel !== undefined
  }
}
