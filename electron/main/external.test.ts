import { expect, test } from 'vitest'
import { ExternalLinks } from './external.ts'

function links() {
  const opened: string[] = []
  const asked: string[] = []
  const answers: ((yes: boolean) => void)[] = []
  let now = 0
  const external = new ExternalLinks(
    async (url) => void opened.push(url),
    (url) => {
      asked.push(url)
      return new Promise((resolve) => answers.push(resolve))
    },
    () => now,
  )
  return { external, opened, asked, answer: (yes: boolean) => answers.shift()?.(yes), wait: (ms: number) => (now += ms) }
}

test('our own documentation opens at once', async () => {
  const { external, opened, asked } = links()
  expect(await external.open('https://kubernetes.io/docs/')).toBe(true)
  expect([opened, asked]).toEqual([['https://kubernetes.io/docs/'], []])
})

test.each(['https://evil.example/', 'https://kubernetes.io.evil.example/', 'https://kubernetes.io:8443/', 'https://docs.kubernetes.io/'])(
  '%s opens only when a person says so',
  async (url) => {
    const { external, opened, asked, answer, wait } = links()
    const first = external.open(url)
    answer(false)
    expect(await first).toBe(false)
    expect([opened, asked]).toEqual([[], [url]])
    wait(10_000)
    const second = external.open(url)
    answer(true)
    expect(await second).toBe(true)
    expect(opened).toEqual([url])
  },
)

test('one question at a time, and none for a while after a no', async () => {
  const { external, opened, asked, answer, wait } = links()
  const first = external.open('https://a.example/')
  expect(await external.open('https://b.example/')).toBe(false)
  answer(false)
  expect(await first).toBe(false)
  wait(9_999)
  expect(await external.open('https://c.example/')).toBe(false)
  expect([opened, asked]).toEqual([[], ['https://a.example/']])
})

test.each(['http://kubernetes.io/', 'file:///etc/passwd', 'https://kubernetes.io@evil.example/', 7])(
  '%s is not even asked about',
  async (url) => {
    const { external, opened, asked } = links()
    expect(await external.open(url)).toBe(false)
    expect([opened, asked]).toEqual([[], []])
  },
)
