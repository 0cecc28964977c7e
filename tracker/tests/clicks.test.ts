/** Which links are events, and what is told of them. */
import { expect, test } from "vitest";
import { clickToEvent } from "../src/clicks.ts";

const click = (href: string, settings = {}) => clickToEvent(new URL(href), "shop.test", settings);

test("a link to another host is an outbound link, told whole", () => {
  expect(click("https://elsewhere.test/a?b=c")).toEqual(["Outbound Link: Click", "https://elsewhere.test/a?b=c"]);
});

test("a link within the site is no event", () => {
  expect(click("https://shop.test/about")).toBeUndefined();
});

test.each(["mailto:a@b.test", "tel:+49123", "javascript:void 0"])("%s is no outbound link", (href) => {
  expect(click(href)).toBeUndefined();
});

test.each(["report.pdf", "sheet.XLSX", "song.mp3", "archive.tar.gz"])("%s is a download", (file) => {
  expect(click(`https://shop.test/files/${file}`)).toEqual(["File Download", `https://shop.test/files/${file}`]);
});

test("a file on another host is a download, not an outbound link", () => {
  expect(click("https://cdn.test/a.zip")?.[0]).toBe("File Download");
});

test("a download's query and fragment are not told", () => {
  expect(click("https://shop.test/a.pdf?token=secret#page=2")?.[1]).toBe("https://shop.test/a.pdf");
});

test("an extension counts at the end of the path only", () => {
  expect(click("https://shop.test/a.pdf/view")).toBeUndefined();
  expect(click("https://shop.test/view?file=a.pdf")).toBeUndefined();
});

test("either kind can be switched off", () => {
  expect(click("https://elsewhere.test/", { outbound: "false" })).toBeUndefined();
  expect(click("https://shop.test/a.pdf", { downloads: false })).toBeUndefined();
});
