import { unreadable } from './files.ts'
import type { Family } from './flag.ts'

export interface AuthenticationOptions {
  anonymousAuth: boolean
  /** Empty: the CA in the certificates' folder. */
  clientCaFile: string
  tokenAuthFile: string
}

export const authentication: Family<AuthenticationOptions> = {
  title: 'Authentication',
  defaults: { anonymousAuth: true, clientCaFile: '', tokenAuthFile: '' },
  flags: {
    'anonymous-auth': {
      field: 'anonymousAuth',
      type: 'bool',
      help: 'Lets in requests that show no credentials, as system:anonymous in system:unauthenticated.',
    },
    'client-ca-file': {
      field: 'clientCaFile',
      type: 'string',
      help: "PEM file with CAs of clients' certificates: the common name is the user, organizations are groups. The server's own CA counts as well.",
    },
    'token-auth-file': { field: 'tokenAuthFile', type: 'string', help: 'CSV file of bearer tokens: token,user,uid,"group1,group2".' },
  },
  validate: (o) => unreadable({ 'client-ca-file': o.clientCaFile, 'token-auth-file': o.tokenAuthFile }),
}
