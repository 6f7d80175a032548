import { expect, test, vi } from 'vitest'

// What a figure looks like is kept for the whole window: each test has a window of its own.
async function modules() {
  vi.resetModules()
  return { ...(await import('./figures.ts')), ...(await import('./quantity.ts')) }
}

test('the worker, which knows no reader, writes figures as kubectl does', async () => {
  const { figure, formatCores, formatBytes } = await modules()
  expect([figure(1234567), figure(1.25, 1), formatCores(7.8), formatCores(12_000), formatBytes(1023)]).toEqual([
    '1234567',
    '1.3',
    '7.8',
    '12000',
    '1023 B',
  ])
})

test.each([
  ['en', ['1,234,567', '7.8', '12,000', '1,023 B', '2,048 PiB']],
  ['zh-CN', ['1,234,567', '7.8', '12,000', '1,023 B', '2,048 PiB']],
  ['de', ['1.234.567', '7,8', '12.000', '1.023 B', '2.048 PiB']],
])('the window groups them as %s does', async (language, texts) => {
  const { figure, formatCores, formatBytes, groupFigures } = await modules()
  groupFigures(language)
  expect([figure(1234567), formatCores(7.8), formatCores(12_000), formatBytes(1023), formatBytes(2 ** 61)]).toEqual(texts)
})
