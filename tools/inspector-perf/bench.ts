import type { Browser, Page } from 'playwright-core'
import type { Product } from './product.ts'
import type { Report } from './report.ts'

/** What each part of the measurement is given. */
export interface Bench extends Report {
  dist: string
  browser: Browser
  pods: number
  rate: number
  seconds: number
  /** A CPU profile of the busiest stretch goes to this file. */
  profile: string | undefined
}

/** A window that the product has let in. */
export async function openWindow({ browser }: Bench, product: Product): Promise<Page> {
  const page = await (
    await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-US', acceptDownloads: true })
  ).newPage()
  await page.goto(product.window)
  await page.waitForSelector('.rail')
  return page
}

export const usedHeap = (page: Page): Promise<number> =>
  page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize)

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`
