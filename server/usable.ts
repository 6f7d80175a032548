/** What the system refuses becomes a sentence that says what to do. */
export function usable(what: string, use: () => void): void {
  try {
    use()
  } catch (e) {
    const { code, message } = e as NodeJS.ErrnoException
    if (code === undefined) throw e
    throw new Error(`${what} cannot be written to (${message}); choose another one, or correct its permissions`, { cause: e })
  }
}
