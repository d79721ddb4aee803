"""What every page shares: frame, macros, design tokens, small modules, the home page, error pages, the style page.

Other packages extend `web/base.html` and import `web/macros.html`; they say what their desks are by the hook
`core.hooks.navigation`.
"""
