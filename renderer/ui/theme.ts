import { type ButtonProps, createTheme, type MantineColorsTuple } from '@mantine/core'

const accent: MantineColorsTuple = [
  '#e6f6f4',
  '#d8efec',
  '#b0dfd9',
  '#85cec5',
  '#5cc9bc',
  '#33a195',
  '#1f8a7f',
  '#117a70',
  '#0b665f',
  '#084f4a',
]

/** Mantine's components speak our tokens: one accent, small sizes, no motion of their own. */
export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 8, dark: 4 },
  colors: { accent },
  autoContrast: true,
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
  defaultRadius: 4,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Menu: { defaultProps: { transitionProps: { duration: 0 }, shadow: 'md', withInitialFocusPlaceholder: false } },
    // A dialog's header is no second banner of the page.
    Modal: {
      defaultProps: {
        transitionProps: { duration: 0 },
        overlayProps: { backgroundOpacity: 0.35 },
        attributes: { header: { role: 'presentation' } },
      },
    },
    Popover: { defaultProps: { transitionProps: { duration: 0 } } },
    Tooltip: { defaultProps: { transitionProps: { duration: 0 }, openDelay: 350, withinPortal: true } },
    Select: { defaultProps: { size: 'xs', comboboxProps: { transitionProps: { duration: 0 } } } },
    Button: {
      defaultProps: { size: 'compact-sm' },
      vars: (_: unknown, { color, variant }: ButtonProps) => ({
        root:
          color || variant
            ? {}
            : { '--button-bg': 'var(--accent)', '--button-hover': 'var(--accent)', '--button-color': 'var(--on-accent)' },
      }),
    },
    TextInput: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
  },
})
