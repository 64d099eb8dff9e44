// Pictures of the stories, for people to look at.

/** Takes a picture, if the environment names a folder for them. */
export async function picture({ page }, name) {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` });
}
