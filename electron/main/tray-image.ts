import type { TrayTone } from './tray.ts'

/** The tones of renderer/ui/tokens.css that are seen on light and dark bars alike. */
const colors: Record<TrayTone, number> = { ok: 0x2e9d63, busy: 0xd0922b, bad: 0xd8463c, muted: 0x8a929c }

/** Distances from the centre, in halves of the picture's width. */
const ring = { outer: 0.94, inner: 0.74 }
const dot = 0.44
const steps = 4

/**
 * A compass bowl: a ring, and in it a disc whose shape tells the state as well as its colour: full, half, a bar, empty. BGRA with
 * premultiplied alpha, as Electron's `nativeImage.createFromBitmap` takes it.
 */
export function trayBitmap(tone: TrayTone, size: number): Buffer {
  const pixels = Buffer.alloc(size * size * 4)
  const color = colors[tone]
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const alpha = coverage(tone, x, y, size)
      const at = (y * size + x) * 4
      for (const [place, shift] of [0, 8, 16].entries()) pixels[at + place] = Math.round(((color >> shift) & 255) * alpha)
      pixels[at + 3] = Math.round(255 * alpha)
    }
  }
  return pixels
}

/** How much of a pixel is inked, from 0 to 1. */
function coverage(tone: TrayTone, x: number, y: number, size: number): number {
  let inside = 0
  for (let sy = 0; sy < steps; sy++) {
    for (let sx = 0; sx < steps; sx++) {
      const px = ((x + (sx + 0.5) / steps) / size) * 2 - 1
      const py = ((y + (sy + 0.5) / steps) / size) * 2 - 1
      if (inked(tone, px, py)) inside++
    }
  }
  return inside / (steps * steps)
}

function inked(tone: TrayTone, x: number, y: number): boolean {
  const distance = Math.hypot(x, y)
  if (distance <= ring.outer && distance >= ring.inner) return true
  if (tone === 'muted') return false
  if (tone === 'bad') return Math.abs(y) <= 0.14 && Math.abs(x) <= dot
  return distance <= dot && (tone === 'ok' || y >= 0)
}
