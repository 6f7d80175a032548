import { figure } from './figures.ts'

const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A Kubernetes quantity as a plain number (cores, bytes, counts); undefined when it is not one. Precise enough to show, not to account. */
export function parseQuantity(quantity: string | number | undefined): number | undefined {
  if (typeof quantity === 'number') return quantity
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(quantity ?? '')
  if (!match) return undefined
  return Number(match[1]) * (factors[match[2] ?? ''] ?? 1)
}

const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

export function formatBytes(bytes: number): string {
  let step = 0
  let value = bytes
  while (Math.abs(value) >= 1024 && step < steps.length - 1) {
    value /= 1024
    step++
  }
  return `${figure(value, value >= 100 || step === 0 ? 0 : 1)} ${steps[step]}`
}

/** Cores: below one as millicores, from one on with up to two digits after the point. */
export function formatCores(cores: number): string {
  if (Math.round(cores * 1000) < 1000 && cores !== 0) return `${figure(cores * 1000)}m`
  const hundredths = Math.round(cores * 100)
  return figure(hundredths / 100, hundredths % 100 === 0 ? 0 : hundredths % 10 === 0 ? 1 : 2)
}
