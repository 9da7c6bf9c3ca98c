import pluginVue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

/** Formatting is prettier's; what may import what is dependency-cruiser's; the rest of the house rules stand here. */
export default tseslint.config(
  { ignores: ['out/**', 'node_modules/**', 'resources/codebases/**', 'tests/.results/**', '.cache/**'] },
  ...tseslint.configs.strict,
  ...pluginVue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
    },
  },
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      eqeqeq: ['error', 'smart'],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'prefer-const': 'error',
    },
  },
  {
    // Tests, benches and scripts talk to a terminal.
    files: ['tests/**', 'electron/setup/**', 'services/cli/**'],
    rules: { 'no-console': 'off' },
  },
)
