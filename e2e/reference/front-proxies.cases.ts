import type { Request } from './play.ts'

/** What front proxies say of who asks, in headers of any names; each is sent with a proxy's certificate. */
export const flags = {
  usual: [
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-uid-headers=X-Remote-Uid',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
  ],
  own: [
    '--requestheader-username-headers=X-Login,X-Remote-User',
    '--requestheader-uid-headers=Login-Id,X-Remote-Uid',
    '--requestheader-group-headers=Teams,X-Remote-Group',
    '--requestheader-extra-headers-prefix=Login-About-,X-Remote-Extra-',
    '--requestheader-allowed-names=front,second',
  ],
} as const

type Headers = NonNullable<Request['headers']>
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')
const jane = { 'x-remote-user': 'jane' }
const login = { 'x-login': 'joe' }

/** What is said, by the name that the certificate has. */
export const cases: readonly (readonly [name: string, headers: Headers, as?: string])[] = [
  ['a user', jane],
  ['nobody', {}],
  ['an empty user', { 'x-remote-user': '' }],
  ['blanks', { 'x-remote-user': '  ' }],
  ['two users', { 'x-remote-user': ['jane', 'joe'] }],
  ['an empty user first', { 'x-remote-user': ['', 'joe'] }],
  ['other letters', { 'x-remote-user': bytes('имя'), 'x-remote-group': bytes('名'), 'x-remote-extra-a': bytes('é') }],
  ['a group', { ...jane, 'x-remote-group': 'dev' }],
  ['groups', { ...jane, 'x-remote-group': ['dev', 'ops, all', '', 'dev'] }],
  ['an empty group', { ...jane, 'x-remote-group': '' }],
  ['masters', { ...jane, 'x-remote-group': 'system:masters' }],
  ['those who did not log in', { ...jane, 'x-remote-group': 'system:unauthenticated' }],
  ['the anonymous user', { 'x-remote-user': 'system:anonymous' }],
  ['an account', { 'x-remote-user': 'system:serviceaccount:default:default' }],
  ['a node', { 'x-remote-user': 'system:node:n', 'x-remote-group': 'system:nodes' }],
  ['a uid', { ...jane, 'x-remote-uid': '7' }],
  ['two uids', { ...jane, 'x-remote-uid': ['', '7'] }],
  ['extra', { ...jane, 'x-remote-extra-scopes': ['a', 'b, c'], 'x-remote-extra-Acme.com%2fProject': 'x' }],
  ['extra without a key', { ...jane, 'x-remote-extra-': 'x' }],
  ['extra of bytes', { ...jane, 'x-remote-extra-a%ff': 'x', 'x-remote-extra-%e5%90%8d': 'y' }],
  ['extra that is escaped badly', { ...jane, 'x-remote-extra-a%2': 'x', 'x-remote-extra-a%41%zz': 'y' }],
  ['empty extra', { ...jane, 'x-remote-extra-a': '' }],
  ['groups without a user', { 'x-remote-group': 'system:masters', 'x-remote-uid': '7', 'x-remote-extra-a': 'b' }],
  ['a user by another name', login],
  ['both users', { ...login, ...jane }],
  ['an empty one before the other', { 'x-login': '', ...jane }],
  ['groups by another name', { ...login, teams: ['dev', 'ops, all'], 'x-remote-group': ['qa', 'dev'] }],
  ['uids by both names', { ...login, 'login-id': '1', 'x-remote-uid': '2' }],
  ['extra by both names', { ...login, 'login-about-a': ['1', '2, 3'], 'x-remote-extra-a': '4', 'login-about-b': '5' }],
  ['somebody to act as', { ...jane, 'x-remote-group': 'system:masters', 'impersonate-user': 'joe', 'impersonate-group': ['a, b', 'c'] }],
  ['somebody to act as without rights', { ...jane, 'impersonate-user': 'joe' }],
  ['a user by the second name', { ...jane, ...login }, 'second'],
  ['a user by a name that is not allowed', { ...jane, ...login }, 'other'],
  ['a user by no name', { ...jane, ...login }, ''],
]
