// Runs before anything is drawn, so that a chosen theme does not flash in the other one.
import { THEME_KEY, themeOf } from './state/theme.js';

const theme = themeOf(localStorage.getItem(THEME_KEY));
if (theme !== 'system') document.documentElement.dataset.theme = theme;
