import { expect, test } from 'vitest'
import { matchesAll, parseFilter } from '../kube/filter.ts'
import { isOnly, onlyCluster } from './cluster-term.ts'

const row = { name: 'cart', namespace: 'shop', text: 'shop/cart', status: 'running', labels: undefined, object: {} }

test.each(['prod', 'arn:aws:eks:eu-west-1:1:cluster/a', 'my own cluster', "the captain's", 'a "b" c', '生产', 'a,b', 'prod?as=jane'])(
  'a cluster called %s alone, and all again; the other words stay',
  (context) => {
    const name = context.replace(/\?as=.*/, '')
    const alone = onlyCluster('cart -old', context)
    expect(isOnly(alone, context)).toBe(true)
    expect(matchesAll(parseFilter(alone), row, name)).toBe(true)
    expect(matchesAll(parseFilter(alone), row, 'another')).toBe(false)
    expect(onlyCluster(alone, context)).toBe('cart -old')
    const other = onlyCluster(alone, 'other')
    expect([isOnly(other, context), isOnly(other, 'other'), other]).toEqual([false, true, 'cart -old cluster:other'])
  },
)
