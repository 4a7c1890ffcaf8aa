// SPDX-License-Identifier: Apache-2.0
// Starts the enhancements. Every page works without this file; nothing here is needed to send a form.
import "./address.js";
import "./dates.js";
import "./division.js";
import "./money.js";
import "./rows.js";
import "./sign.js";
import "./upload.js";
import { startAutosave } from "./autosave.js";
import { startConditions } from "./conditions.js";
import { startDialogs } from "./dialog.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startPreferences } from "./preferences.js";
import { startSuggestions } from "./suggest.js";

document.documentElement.classList.add("scripted");
startForms();
startPreferences();
startDialogs();
startSuggestions();
startKeys();
startConditions();
startAutosave();
