/**
 * Set-up file of the unit tests' second run: every Date that is asked for the time is 400 days late. The system's time stays, so what
 * OpenSSL, files and other processes say about time is told by the system's clock.
 */
const SHIFT_MS = 400 * 86_400_000
const RealDate = Date
const now = (): number => RealDate.now() + SHIFT_MS

const shifted = new Proxy(RealDate, {
  construct: (target, args: unknown[], newTarget: typeof Date) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
})
Object.defineProperty(RealDate.prototype, 'constructor', { value: shifted, writable: true, configurable: true })
globalThis.Date = shifted

// A run that is like any other would find nothing.
const there = [Intl.DateTimeFormat().resolvedOptions().locale, new Date(2026, 0, 1).getTimezoneOffset()]
if (process.platform !== 'win32' && (there[0] !== 'tr-TR' || there[1] !== -345))
  throw new Error(`TZ and LC_ALL do not say what the tests see: locale ${there[0]}, ${there[1]} minutes from UTC`)
