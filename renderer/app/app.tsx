import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { BrowserRouter } from 'react-router'
import type { FeedHub } from '../kube/hub.ts'
import { HubContext } from '../queries/hub.ts'
import { theme } from '../ui/theme.ts'
import { Shell } from './shell.tsx'

export const client = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false, staleTime: 5_000 } } })

export function App({ hub }: { hub: FeedHub }) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <HubContext value={hub}>
          <BrowserRouter>
            <Shell />
          </BrowserRouter>
        </HubContext>
      </QueryClientProvider>
    </MantineProvider>
  )
}
