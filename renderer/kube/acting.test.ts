import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountName, actingAs, actingContext, baseContext, readAccountName } from './acting.ts'

const text = fc.string({ maxLength: 12, unit: 'grapheme' }).filter((s) => s.isWellFormed())
const named = text.filter((s) => s !== '')

test('whom a context acts as can be read from its name, whatever both are called', () => {
  const as = fc.record({ user: named, groups: fc.array(named, { maxLength: 3 }), uid: text })
  fc.assert(
    fc.property(named, as, (context, who) => {
      const key = actingContext(context, who)
      expect(actingAs(key)).toEqual(who)
      expect(baseContext(key)).toBe(baseContext(context))
      // Somebody else is not stacked upon somebody.
      expect(actingContext(key, who)).toBe(key)
      expect(actingContext(key, undefined)).toBe(baseContext(context))
    }),
  )
})

test.each(['prod', 'arn:aws:eks:eu:1:cluster/x', 'a?x#y', 'a?as=', 'a?as=b c', 'a?as-group=x', '?as=b&x=y'])(
  '%s acts as nobody',
  (context) => {
    expect(actingAs(context)).toBeUndefined()
    expect(baseContext(context)).toBe(context)
  },
)

test('names of service accounts', () => {
  expect(readAccountName(accountName('shop', 'web'))).toEqual({ namespace: 'shop', name: 'web' })
  for (const other of ['jane', 'system:serviceaccount:shop', 'system:serviceaccount:a:b:c', 'system:serviceaccounts:shop']) {
    expect(readAccountName(other)).toBeUndefined()
  }
})
