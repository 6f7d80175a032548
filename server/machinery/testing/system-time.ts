/**
 * Milliseconds since the epoch as the system counts them, and so OpenSSL, which judges certificates. `Date` may be told another day in
 * tests (tools/another-day.ts).
 */
export const systemTime = (): number => Math.round(performance.timeOrigin + performance.now())
