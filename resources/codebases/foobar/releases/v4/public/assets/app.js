// Small comforts. Every page works without this file too.

// Times are shown as the visitor's own clock says them.
for (const time of document.querySelectorAll('time')) {
  time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, {
    dateStyle: 'medium',
    timeStyle: 'short',
  })
}

// An impatient second click must not write a second entry.
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', () => {
    form.querySelector('button').disabled = true
  })
}

// The browser's "back" brings the page as it was left: the button has to work again.
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button')) button.disabled = false
})
