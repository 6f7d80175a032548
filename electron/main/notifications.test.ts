import { EventEmitter } from 'node:events'
import type { Notification } from 'electron'
import { expect, test } from 'vitest'
import { type NotificationLike, Notifier } from './notifications.ts'

// Electron's own class is one of these.
const slice = (notification: Notification): NotificationLike => notification
void slice

class FakeNotification extends EventEmitter {
  shown = false
  show(): void {
    this.shown = true
  }
}

function setUp(supported = true) {
  const made: { title: string; body: string; notification: FakeNotification }[] = []
  const opened: string[] = []
  const clock = { now: 1_000 }
  const notifier = new Notifier({
    supported: () => supported,
    make: (options) => {
      const notification = new FakeNotification()
      made.push({ ...options, notification })
      return notification
    },
    now: () => clock.now,
    open: (path) => opened.push(path),
  })
  return { notifier, made, opened, clock }
}
const notice = (name: string, title = 'CrashLoopBackOff') => ({ title, body: `pods/${name}`, path: `/c/local/pods/shop/${name}` })

test('it is shown, and a click leads to what it is about', () => {
  const { notifier, made, opened } = setUp()
  expect(notifier.show(notice('cart'))).toBe(true)
  expect(made.map(({ title, body, notification }) => [title, body, notification.shown])).toEqual([['CrashLoopBackOff', 'pods/cart', true]])
  made[0]?.notification.emit('click')
  expect(opened).toEqual(['/c/local/pods/shop/cart'])
})

test('the same is told once a minute, another word at once, and not more than three in a moment', () => {
  const { notifier, clock } = setUp()
  expect([notifier.show(notice('cart')), notifier.show(notice('cart')), notifier.show(notice('cart', 'Error'))]).toEqual([
    true,
    false,
    true,
  ])
  clock.now += 59_999
  expect(notifier.show(notice('cart'))).toBe(false)
  clock.now += 1
  expect(['cart', 'a', 'b', 'c'].map((name) => notifier.show(notice(name)))).toEqual([true, true, true, false])
  clock.now += 5_000
  expect(notifier.show(notice('c'))).toBe(true)
})

test('where the system shows none, none is made', () => {
  const { notifier, made } = setUp(false)
  expect([notifier.show(notice('cart')), made]).toEqual([false, []])
})
