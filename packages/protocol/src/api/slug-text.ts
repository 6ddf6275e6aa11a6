import * as z from "zod";
import { isSlug } from "../ids.ts";

export const slugText = z.string().refine(isSlug, "expected lower-case letters, digits and dashes");
