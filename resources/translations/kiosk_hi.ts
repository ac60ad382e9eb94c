<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="hi_IN" sourcelanguage="en">
<context>
    <name>Choosing</name>
    <message>
        <source>Start again</source>
        <translation>फिर से शुरू करें</translation>
    </message>
    <message>
        <source>More</source>
        <translation>और देखें</translation>
    </message>
    <message>
        <source>Which department?</source>
        <translation>किस विभाग में दिखाना है?</translation>
    </message>
    <message>
        <source>No department is open now. Please ask at the help desk.</source>
        <translation>अभी कोई विभाग खुला नहीं है। कृपया सहायता केंद्र पर पूछें।</translation>
    </message>
    <message>
        <source>your token: {label}</source>
        <translation>आपका टोकन: {label}</translation>
    </message>
    <message>
        <source>{age} years</source>
        <translation>{age} वर्ष</translation>
    </message>
    <message>
        <source>ABHA {number}</source>
        <translation>आभा {number}</translation>
    </message>
    <message>
        <source>ABHA number as you typed it</source>
        <translation>आपका टाइप किया हुआ आभा नंबर</translation>
    </message>
    <message>
        <source>This department is closed. It opens on {when}.</source>
        <translation>यह विभाग अभी बंद है। यह {when} बजे खुलेगा।</translation>
    </message>
    <message>
        <source>This department is closed now. Please choose another.</source>
        <translation>यह विभाग अभी बंद है। कृपया दूसरा विभाग चुनें।</translation>
    </message>
    <message>
        <source>No tokens are left here today. Please choose another department.</source>
        <translation>आज इस विभाग के टोकन समाप्त हो गए हैं। कृपया दूसरा विभाग चुनें।</translation>
    </message>
    <message>
        <source>This department gives no token now. Please choose another.</source>
        <translation>इस विभाग का टोकन अभी नहीं मिल सकता। कृपया दूसरा विभाग चुनें।</translation>
    </message>
</context>
<context>
    <name>Claiming</name>
    <message>
        <source>Token</source>
        <translation>टोकन</translation>
    </message>
    <message>
        <source>Mobile</source>
        <translation>मोबाइल</translation>
    </message>
    <message>
        <source>Token and mobile number do not fit together. Please try again.</source>
        <translation>टोकन और मोबाइल नंबर मेल नहीं खाते। कृपया फिर से टाइप करें।</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>वापस</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>आगे बढ़ें</translation>
    </message>
    <message>
        <source>Type the last 4 digits of your mobile number</source>
        <translation>अपने मोबाइल नंबर के आख़िरी 4 अंक टाइप करें</translation>
    </message>
    <message>
        <source>Touch the letters of your token, then type its number</source>
        <translation>अपने टोकन के अक्षर छुएँ, फिर उसका नंबर टाइप करें</translation>
    </message>
    <message>
        <source>Type the number of your token</source>
        <translation>अपने टोकन का नंबर टाइप करें</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>This patient has no token today.</source>
        <translation>इस मरीज़ का आज कोई टोकन नहीं है।</translation>
    </message>
    <message>
        <source>This patient has several tokens: {labels}</source>
        <translation>इस मरीज़ के कई टोकन हैं: {labels}</translation>
    </message>
    <message>
        <source>The day of this token is over: complete it, or refer the patient.</source>
        <translation>इस टोकन का दिन बीत चुका है: इसे पूरा करें, या मरीज़ को रेफ़र करें।</translation>
    </message>
    <message>
        <source>This slip is of another day: {label}, {day}</source>
        <translation>यह पर्ची किसी और दिन की है: {label}, {day}</translation>
    </message>
    <message>
        <source>This slip&apos;s token is not known here, or not yet.</source>
        <translation>इस पर्ची का टोकन यहाँ नहीं मिला, शायद अभी पहुँचा नहीं है।</translation>
    </message>
    <message>
        <source>This is neither an ABHA card nor a slip of this hospital.</source>
        <translation>यह न आभा कार्ड है, न इस अस्पताल की पर्ची।</translation>
    </message>
    <message>
        <source>Search a name</source>
        <translation>नाम खोजें</translation>
    </message>
    <message>
        <source>More</source>
        <translation>और देखें</translation>
    </message>
    <message>
        <source>Walk-in</source>
        <translation>बिना कार्ड</translation>
    </message>
    <message>
        <source>Slips</source>
        <translation>पर्चियाँ</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>आज</translation>
    </message>
    <message>
        <source>Copy: {what}</source>
        <translation>कॉपी करें: {what}</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>नाम</translation>
    </message>
    <message>
        <source>Age and sex</source>
        <translation>उम्र और लिंग</translation>
    </message>
    <message>
        <source>ABHA number</source>
        <translation>आभा नंबर</translation>
    </message>
    <message>
        <source>ABHA address</source>
        <translation>आभा पता</translation>
    </message>
    <message>
        <source>Mobile</source>
        <translation>मोबाइल</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>पता</translation>
    </message>
    <message>
        <source>Show the ABHA number</source>
        <translation>आभा नंबर दिखाएँ</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>टोकन</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>मरीज़</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>प्रतीक्षा</translation>
    </message>
    <message>
        <source>State</source>
        <translation>स्थिति</translation>
    </message>
    <message>
        <source>Room {room}</source>
        <translation>कमरा {room}</translation>
    </message>
    <message>
        <source>Room {room} (closed)</source>
        <translation>कमरा {room} (बंद)</translation>
    </message>
    <message>
        <source>Whose patients are called here?</source>
        <translation>यहाँ किस विभाग के मरीज़ बुलाए जाते हैं?</translation>
    </message>
    <message>
        <source>To which room?</source>
        <translation>किस कमरे में?</translation>
    </message>
    <message>
        <source>Another room: {number}</source>
        <translation>दूसरा कमरा: {number}</translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>शुरू करें</translation>
    </message>
    <message>
        <source>{label}: why is it cancelled?</source>
        <translation>{label}: क्यों रद्द किया जा रहा है?</translation>
    </message>
    <message>
        <source>{label}: whom to call before others?</source>
        <translation>{label}: किसे पहले बुलाना है?</translation>
    </message>
    <message>
        <source>{label}: wait in which department?</source>
        <translation>{label}: किस विभाग में प्रतीक्षा करे?</translation>
    </message>
    <message>
        <source>{label} is done here: new token for which department?</source>
        <translation>{label} यहाँ पूरा हुआ: नया टोकन किस विभाग का?</translation>
    </message>
    <message>
        <source>{label}: a supervisor allows the cancellation</source>
        <translation>{label}: रद्द करने की अनुमति सुपरवाइज़र दें</translation>
    </message>
    <message>
        <source>{label}: a supervisor allows the priority</source>
        <translation>{label}: प्राथमिकता की अनुमति सुपरवाइज़र दें</translation>
    </message>
    <message>
        <source>My departments</source>
        <translation>मेरे विभाग</translation>
    </message>
    <message>
        <source>All departments</source>
        <translation>सभी विभाग</translation>
    </message>
    <message>
        <source>Which queue is shown?</source>
        <translation>कौन सी कतार दिखाएँ?</translation>
    </message>
    <message>
        <source>Patient has left</source>
        <translation>मरीज़ चला गया</translation>
    </message>
    <message>
        <source>Issued by mistake</source>
        <translation>ग़लती से बना</translation>
    </message>
    <message>
        <source>Second token of the same patient</source>
        <translation>उसी मरीज़ का दूसरा टोकन</translation>
    </message>
    <message>
        <source>Doctor is absent</source>
        <translation>डॉक्टर उपस्थित नहीं</translation>
    </message>
    <message>
        <source>Other reason</source>
        <translation>अन्य कारण</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>वापस</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>साइन आउट</translation>
    </message>
    <message>
        <source>Change room and departments</source>
        <translation>कमरा और विभाग बदलें</translation>
    </message>
    <message>
        <source>Signing out in {count} s: touch the screen to stay</source>
        <translation>{count} सेकंड में साइन आउट: बने रहने के लिए स्क्रीन छुएँ</translation>
    </message>
    <message>
        <source>Front desk</source>
        <translation>फ्रंट डेस्क</translation>
    </message>
    <message>
        <source>{count} departments</source>
        <translation>{count} विभाग</translation>
    </message>
    <message>
        <source>Registration</source>
        <translation>पंजीकरण</translation>
    </message>
    <message>
        <source>Room {room} · {departments}</source>
        <translation>कमरा {room} · {departments}</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>प्रतीक्षा में</translation>
    </message>
    <message>
        <source>called</source>
        <translation>बुलाया गया</translation>
    </message>
    <message>
        <source>being seen</source>
        <translation>देखा जा रहा है</translation>
    </message>
    <message>
        <source>on hold</source>
        <translation>रुका हुआ</translation>
    </message>
    <message>
        <source>completed</source>
        <translation>पूरा हुआ</translation>
    </message>
    <message>
        <source>absent</source>
        <translation>अनुपस्थित</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>रद्द</translation>
    </message>
    <message>
        <source>lapsed</source>
        <translation>समाप्त</translation>
    </message>
    <message>
        <source>not here yet</source>
        <translation>अभी नहीं आया</translation>
    </message>
    <message>
        <source>{state} · room {room}</source>
        <translation>{state} · कमरा {room}</translation>
    </message>
    <message>
        <source>emergency</source>
        <translation>आपातकालीन</translation>
    </message>
    <message>
        <source>60 and over</source>
        <translation>60 या अधिक</translation>
    </message>
    <message>
        <source>pregnant</source>
        <translation>गर्भवती</translation>
    </message>
    <message>
        <source>disability</source>
        <translation>दिव्यांग</translation>
    </message>
    <message>
        <source>infant</source>
        <translation>शिशु</translation>
    </message>
    <message>
        <source>in turn</source>
        <translation>क्रम से</translation>
    </message>
    <message>
        <source>priority</source>
        <translation>प्राथमिकता</translation>
    </message>
    <message>
        <source>kiosk</source>
        <translation>कियोस्क</translation>
    </message>
    <message>
        <source>phone</source>
        <translation>फ़ोन</translation>
    </message>
    <message>
        <source>walk-in</source>
        <translation>बिना कार्ड</translation>
    </message>
    <message>
        <source>referral</source>
        <translation>रेफ़रल</translation>
    </message>
    <message>
        <source>registration</source>
        <translation>पंजीकरण</translation>
    </message>
    <message>
        <source>calling</source>
        <translation>बुलाना</translation>
    </message>
    <message>
        <source>supervisor</source>
        <translation>सुपरवाइज़र</translation>
    </message>
    <message>
        <source>administrator</source>
        <translation>प्रशासक</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count} मिनट</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} घं {minutes} मि</translation>
    </message>
    <message>
        <source>{count} years</source>
        <translation>{count} वर्ष</translation>
    </message>
    <message>
        <source>{count} months</source>
        <translation>{count} माह</translation>
    </message>
    <message>
        <source>{count} days</source>
        <translation>{count} दिन</translation>
    </message>
    <message>
        <source>no details here</source>
        <translation>विवरण यहाँ नहीं है</translation>
    </message>
    <message>
        <source>name unknown</source>
        <translation>नाम अज्ञात</translation>
    </message>
    <message>
        <source>Undo ({count})</source>
        <translation>वापस लें ({count})</translation>
    </message>
    <message>
        <source>This desk cannot open now</source>
        <translation>यह डेस्क अभी नहीं खुल सकता</translation>
    </message>
    <message>
        <source>It tries again by itself.</source>
        <translation>यह अपने आप फिर कोशिश करता है।</translation>
    </message>
    <message>
        <source>One patient twice? {number} of {count}</source>
        <translation>एक मरीज़ दो बार? {count} में से {number}</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>अगला</translation>
    </message>
    <message>
        <source>Cancel this one</source>
        <translation>इसे रद्द करें</translation>
    </message>
    <message>
        <source>{time}, {source}</source>
        <translation>{time}, {source}</translation>
    </message>
    <message>
        <source>Mobile {number}</source>
        <translation>मोबाइल {number}</translation>
    </message>
    <message>
        <source>ABHA {number}</source>
        <translation>आभा {number}</translation>
    </message>
    <message>
        <source>no ABHA</source>
        <translation>आभा नहीं</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>कतार</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>शुरू</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>पूरा</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>फिर बुलाएँ</translation>
    </message>
    <message>
        <source>Call again</source>
        <translation>फिर बुलाएँ</translation>
    </message>
    <message>
        <source>No-show</source>
        <translation>नहीं आया</translation>
    </message>
    <message>
        <source>Hold</source>
        <translation>रोकें</translation>
    </message>
    <message>
        <source>Return</source>
        <translation>लौटाएँ</translation>
    </message>
    <message>
        <source>Transfer</source>
        <translation>स्थानांतरण</translation>
    </message>
    <message>
        <source>Refer</source>
        <translation>रेफ़र</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>रद्द करें</translation>
    </message>
    <message>
        <source>Call next</source>
        <translation>अगले को बुलाएँ</translation>
    </message>
    <message>
        <source>Undone.</source>
        <translation>वापस लिया गया।</translation>
    </message>
    <message>
        <source>The slip is printed again.</source>
        <translation>पर्ची फिर छप रही है।</translation>
    </message>
    <message>
        <source>New token {label} for {department}.</source>
        <translation>{department} के लिए नया टोकन {label}।</translation>
    </message>
    <message>
        <source>{label} now waits for {department}.</source>
        <translation>{label} अब {department} की प्रतीक्षा में है।</translation>
    </message>
    <message>
        <source>{label} called: {lane}, waited {time}.</source>
        <translation>{label} बुलाया गया: {lane}, प्रतीक्षा {time}।</translation>
    </message>
    <message>
        <source>Who is at this desk?</source>
        <translation>इस डेस्क पर कौन है?</translation>
    </message>
    <message>
        <source>{name}: type your PIN</source>
        <translation>{name}: अपना पिन डालें</translation>
    </message>
    <message>
        <source>Touch your name</source>
        <translation>अपना नाम छुएँ</translation>
    </message>
    <message>
        <source>Nobody is on the staff list yet: ask your administrator.</source>
        <translation>कर्मचारी सूची में अभी कोई नहीं है: प्रशासक से कहें।</translation>
    </message>
    <message>
        <source>Demonstration: the PIN is {pin}</source>
        <translation>प्रदर्शन: पिन {pin} है</translation>
    </message>
    <message>
        <source>Next try in {count} s</source>
        <translation>{count} सेकंड बाद फिर कोशिश करें</translation>
    </message>
    <message>
        <source>Delete the last digit</source>
        <translation>आख़िरी अंक हटाएँ</translation>
    </message>
    <message>
        <source>{count} of 6 digits typed</source>
        <translation>6 में से {count} अंक डाले गए</translation>
    </message>
    <message>
        <source>Call</source>
        <translation>बुलाएँ</translation>
    </message>
    <message>
        <source>Is here</source>
        <translation>आ गया</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>प्राथमिकता</translation>
    </message>
    <message>
        <source>Reprint</source>
        <translation>फिर छापें</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>खोजें</translation>
    </message>
    <message>
        <source>Search: label, name, last digits</source>
        <translation>खोजें: टोकन, नाम, आख़िरी अंक</translation>
    </message>
    <message>
        <source>Any source</source>
        <translation>सभी स्रोत</translation>
    </message>
    <message>
        <source>Twice? {count}</source>
        <translation>दो बार? {count}</translation>
    </message>
    <message>
        <source>No token fits</source>
        <translation>ऐसा कोई टोकन नहीं</translation>
    </message>
    <message>
        <source>Called</source>
        <translation>बुलाए</translation>
    </message>
    <message>
        <source>On hold</source>
        <translation>रुके</translation>
    </message>
    <message>
        <source>Absent</source>
        <translation>अनुपस्थित</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>पूरे</translation>
    </message>
    <message>
        <source>All</source>
        <translation>सभी</translation>
    </message>
    <message>
        <source>This was not done ({code}): {text}</source>
        <translation>यह नहीं हुआ ({code}): {text}</translation>
    </message>
    <message>
        <source>Nobody is waiting for this room now.</source>
        <translation>अभी इस कमरे के लिए कोई प्रतीक्षा में नहीं है।</translation>
    </message>
    <message>
        <source>Copied: {what}</source>
        <translation>कॉपी हुआ: {what}</translation>
    </message>
    <message>
        <source>{label} was called to room {room} first, while this desk was cut off.</source>
        <translation>{label} पहले कमरा {room} में बुलाया गया था, जब यह डेस्क कटा हुआ था।</translation>
    </message>
    <message>
        <source>Others had acted on {label} first, while this desk was cut off.</source>
        <translation>{label} पर दूसरों ने पहले काम कर लिया था, जब यह डेस्क कटा हुआ था।</translation>
    </message>
    <message>
        <source>The server does not answer: this desk calls by itself.</source>
        <translation>सर्वर उत्तर नहीं दे रहा: यह डेस्क ख़ुद बुला रहा है।</translation>
    </message>
    <message>
        <source>The server does not take what is done here: this is no desk. Ask your administrator.</source>
        <translation>सर्वर यहाँ का काम नहीं ले रहा: यह डेस्क नहीं है। अपने प्रशासक से पूछें।</translation>
    </message>
    <message>
        <source>This patient cannot be called: not come yet, or not waiting any more.</source>
        <translation>इस मरीज़ को नहीं बुला सकते: अभी आए नहीं हैं, या अब इंतज़ार में नहीं हैं।</translation>
    </message>
    <message>
        <source>This room is closed today: a supervisor can open it.</source>
        <translation>यह कमरा आज बंद है: सुपरवाइज़र इसे खोल सकते हैं।</translation>
    </message>
    <message>
        <source>The server has another day than this desk: check this computer&apos;s date and time.</source>
        <translation>सर्वर पर और इस डेस्क पर दिन अलग है: इस कंप्यूटर की तारीख़ और समय जाँचें।</translation>
    </message>
    <message>
        <source>The server does not let this desk in ({code}): ask your administrator.</source>
        <translation>सर्वर इस डेस्क को आने नहीं दे रहा ({code}): अपने प्रशासक से पूछें।</translation>
    </message>
    <message>
        <source>Somebody has acted on this token meanwhile. The list shows how it stands.</source>
        <translation>इस बीच किसी और ने इस टोकन पर काम किया है। सूची में इसकी स्थिति देखें।</translation>
    </message>
    <message>
        <source>Another room has called this patient.</source>
        <translation>दूसरे कमरे ने इस मरीज़ को बुलाया है।</translation>
    </message>
    <message>
        <source>Please call once more before you set the patient aside, or ask a supervisor.</source>
        <translation>मरीज़ को छोड़ने से पहले एक बार और बुलाएँ, या सुपरवाइज़र से पूछें।</translation>
    </message>
    <message>
        <source>The time to come back is over: a supervisor may still allow it.</source>
        <translation>लौटने का समय बीत गया: सुपरवाइज़र अनुमति दे सकते हैं।</translation>
    </message>
    <message>
        <source>It is too late to undo this.</source>
        <translation>अब इसे वापस नहीं लिया जा सकता।</translation>
    </message>
    <message>
        <source>This desk has no printer: read the number out.</source>
        <translation>इस डेस्क पर प्रिंटर नहीं है: नंबर पढ़कर बताएँ।</translation>
    </message>
    <message>
        <source>Please choose a reason.</source>
        <translation>कृपया कारण चुनें।</translation>
    </message>
    <message>
        <source>This needs a supervisor.</source>
        <translation>इसके लिए सुपरवाइज़र चाहिए।</translation>
    </message>
    <message>
        <source>This department is closed now: a supervisor may still allow it.</source>
        <translation>यह विभाग अभी बंद है: सुपरवाइज़र अनुमति दे सकते हैं।</translation>
    </message>
    <message>
        <source>No tokens are left here today: a supervisor may still allow one.</source>
        <translation>आज यहाँ टोकन समाप्त हैं: सुपरवाइज़र अनुमति दे सकते हैं।</translation>
    </message>
    <message>
        <source>This department is no more. Please choose another.</source>
        <translation>यह विभाग अब नहीं है। कृपया दूसरा चुनें।</translation>
    </message>
    <message>
        <source>The server does not answer. What you do here is kept and sent later.</source>
        <translation>सर्वर उत्तर नहीं दे रहा। आपका काम सुरक्षित है और बाद में भेजा जाएगा।</translation>
    </message>
    <message>
        <source>This PIN is wrong. Please try again.</source>
        <translation>यह पिन ग़लत है। फिर कोशिश करें।</translation>
    </message>
    <message>
        <source>Too many wrong PINs. Please wait a moment.</source>
        <translation>कई बार ग़लत पिन। कृपया थोड़ा रुकें।</translation>
    </message>
    <message>
        <source>This desk has not reached the server for too long: nobody can sign in.</source>
        <translation>यह डेस्क बहुत दिनों से सर्वर तक नहीं पहुँचा: कोई साइन इन नहीं कर सकता।</translation>
    </message>
    <message>
        <source>You have no PIN for this desk yet: ask your administrator.</source>
        <translation>इस डेस्क के लिए आपका पिन नहीं है: प्रशासक से कहें।</translation>
    </message>
    <message>
        <source>You are no longer on the list: ask your administrator.</source>
        <translation>आपका नाम सूची में नहीं है: प्रशासक से कहें।</translation>
    </message>
    <message>
        <source>The disk is full: nothing can be written until there is room.</source>
        <translation>डिस्क भरी है: जगह बनने तक कुछ नहीं लिखा जा सकता।</translation>
    </message>
    <message>
        <source>The program made a mistake. Please try again, and send its log.</source>
        <translation>प्रोग्राम से ग़लती हुई। फिर कोशिश करें और इसका लॉग भेजें।</translation>
    </message>
    <message>
        <source>The clock of this computer is wrong ({code}): set date and time.</source>
        <translation>इस कंप्यूटर की घड़ी ग़लत है ({code}): तारीख़ और समय ठीक करें।</translation>
    </message>
    <message>
        <source>The store cannot be used ({code}): run “kiosk doctor”.</source>
        <translation>स्टोर काम नहीं कर रहा ({code}): “kiosk doctor” चलाएँ।</translation>
    </message>
    <message>
        <source>Nobody called</source>
        <translation>कोई नहीं बुलाया गया</translation>
    </message>
    <message>
        <source>{count} waiting</source>
        <translation>{count} प्रतीक्षा में</translation>
    </message>
    <message>
        <source>Nobody is waiting</source>
        <translation>कोई प्रतीक्षा में नहीं</translation>
    </message>
    <message>
        <source>waited {time}</source>
        <translation>प्रतीक्षा {time}</translation>
    </message>
    <message>
        <source>called {time}, {count}×</source>
        <translation>बुलाया {time}, {count}×</translation>
    </message>
    <message>
        <source>next: {lane}, waiting {time}</source>
        <translation>अगला: {lane}, प्रतीक्षा {time}</translation>
    </message>
    <message>
        <source>also {labels}</source>
        <translation>साथ में {labels}</translation>
    </message>
    <message>
        <source>was here this week</source>
        <translation>इस सप्ताह आए थे</translation>
    </message>
    <message>
        <source>first visit this week</source>
        <translation>इस सप्ताह पहली बार</translation>
    </message>
    <message>
        <source>This is an Aadhaar card: please ask for the ABHA card, or type the name.</source>
        <translation>यह आधार कार्ड है: कृपया आभा कार्ड माँगें, या नाम टाइप करें।</translation>
    </message>
    <message>
        <source>UIDAI has not signed this Aadhaar card: nothing was taken from it.</source>
        <translation>इस आधार कार्ड पर यूआईडीएआई का हस्ताक्षर नहीं है: इससे कुछ नहीं लिया गया।</translation>
    </message>
    <message>
        <source>This kind of Aadhaar card cannot be read yet: please type the name.</source>
        <translation>इस तरह का आधार कार्ड अभी पढ़ा नहीं जा सकता: कृपया नाम टाइप करें।</translation>
    </message>
    <message>
        <source>This Aadhaar card's QR code is damaged: please type the name.</source>
        <translation>इस आधार कार्ड का क्यूआर कोड ख़राब है: कृपया नाम टाइप करें।</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Last synchronised: {age}</source>
        <translation>पिछला मिलान: {age}</translation>
    </message>
    <message>
        <source>Paper low</source>
        <translation>काग़ज़ कम है</translation>
    </message>
    <message>
        <source>never</source>
        <translation>कभी नहीं</translation>
    </message>
    <message>
        <source>{count} min</source>
        <translation>{count} मिनट</translation>
    </message>
    <message>
        <source>{count} h</source>
        <translation>{count} घंटे</translation>
    </message>
    <message>
        <source>{count} days</source>
        <translation>{count} दिन</translation>
    </message>
</context>
<context>
    <name>Health</name>
    <message>
        <source>Reader</source>
        <translation>रीडर</translation>
    </message>
    <message>
        <source>Printer · {metres} m</source>
        <translation>प्रिंटर · {metres} मी</translation>
    </message>
    <message>
        <source>Printer</source>
        <translation>प्रिंटर</translation>
    </message>
    <message>
        <source>Server · {age}</source>
        <translation>सर्वर · {age}</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>सर्वर</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>भेजा गया</translation>
    </message>
    <message>
        <source>{count} not sent</source>
        <translation>{count} नहीं भेजे</translation>
    </message>
    <message>
        <source>Clock</source>
        <translation>घड़ी</translation>
    </message>
    <message>
        <source>Staff list · {count} d</source>
        <translation>स्टाफ़ सूची · {count} दिन</translation>
    </message>
    <message>
        <source>Staff list</source>
        <translation>स्टाफ़ सूची</translation>
    </message>
    <message>
        <source>Camera or scanner gun does not answer ({code}). Look at its cable.</source>
        <translation>कैमरा या स्कैनर गन जवाब नहीं दे रहा ({code})। उसका तार देखें।</translation>
    </message>
    <message>
        <source>{count} acts wait until the server answers. Nothing is lost; keep this computer running.</source>
        <translation>{count} काम सर्वर के जवाब की प्रतीक्षा में हैं। कुछ खोया नहीं है; यह कंप्यूटर चालू रखें।</translation>
    </message>
    <message>
        <source>Date or time of this computer are wrong: set them. If they are right, a supervisor says so.</source>
        <translation>इस कंप्यूटर की तारीख या समय ग़लत है: ठीक करें। अगर सही है, तो सुपरवाइज़र बताएँ।</translation>
    </message>
    <message>
        <source>The list of staff grows old: when it is too old, nobody can sign in. Look at the network.</source>
        <translation>स्टाफ़ सूची पुरानी हो रही है: बहुत पुरानी होने पर कोई साइन इन नहीं कर सकेगा। नेटवर्क देखें।</translation>
    </message>
    <message>
        <source>Camera or scanner gun works.</source>
        <translation>कैमरा या स्कैनर गन ठीक है।</translation>
    </message>
    <message>
        <source>The printer works. About {metres} m of paper should be left on its roll.</source>
        <translation>प्रिंटर ठीक है। रोल में लगभग {metres} मीटर काग़ज़ बचा होगा।</translation>
    </message>
    <message>
        <source>The printer works, as far as it has told.</source>
        <translation>जहाँ तक पता है, प्रिंटर ठीक है।</translation>
    </message>
    <message>
        <source>The server answers.</source>
        <translation>सर्वर जवाब दे रहा है।</translation>
    </message>
    <message>
        <source>Everything has reached the server.</source>
        <translation>सब कुछ सर्वर तक पहुँच गया है।</translation>
    </message>
    <message>
        <source>The clock is right.</source>
        <translation>घड़ी सही है।</translation>
    </message>
    <message>
        <source>The list of staff is fresh.</source>
        <translation>स्टाफ़ सूची ताज़ा है।</translation>
    </message>
    <message>
        <source>No printer is plugged into this computer: plug one in and switch it on.</source>
        <translation>इस कंप्यूटर से कोई प्रिंटर नहीं जुड़ा है: प्रिंटर जोड़कर चालू करें।</translation>
    </message>
    <message>
        <source>The printer does not answer: look at its cable and power.</source>
        <translation>प्रिंटर जवाब नहीं दे रहा: तार और बिजली देखें।</translation>
    </message>
    <message>
        <source>The printer stands still: look at its paper and cover.</source>
        <translation>प्रिंटर रुका हुआ है: काग़ज़ और ढक्कन देखें।</translation>
    </message>
    <message>
        <source>The printer has no paper: put a new roll in. Slips then print by themselves.</source>
        <translation>प्रिंटर में काग़ज़ नहीं है: नया रोल लगाएँ। फिर पर्चियाँ अपने आप छपेंगी।</translation>
    </message>
    <message>
        <source>The roll of paper is nearly used up: have a new one ready.</source>
        <translation>काग़ज़ का रोल ख़त्म होने वाला है: नया रोल तैयार रखें।</translation>
    </message>
    <message>
        <source>The printer&apos;s cover is open: close it.</source>
        <translation>प्रिंटर का ढक्कन खुला है: उसे बंद करें।</translation>
    </message>
    <message>
        <source>The printer&apos;s cutter is jammed: switch it off, free the paper, switch it on.</source>
        <translation>प्रिंटर का कटर अटक गया है: प्रिंटर बंद करें, काग़ज़ निकालें, फिर चालू करें।</translation>
    </message>
    <message>
        <source>The printer is too hot: it goes on by itself when it has cooled down.</source>
        <translation>प्रिंटर बहुत गरम है: ठंडा होने पर अपने आप चलेगा।</translation>
    </message>
    <message>
        <source>The printer tells of a fault: switch it off and on. If it stays, call service.</source>
        <translation>प्रिंटर में ख़राबी है: उसे बंद करके चालू करें। ठीक न हो तो मरम्मत वाले को बुलाएँ।</translation>
    </message>
    <message>
        <source>The printer&apos;s line is too slow for slips: set it to 115200 baud.</source>
        <translation>प्रिंटर की लाइन पर्चियों के लिए बहुत धीमी है: उसे 115200 baud पर रखें।</translation>
    </message>
    <message>
        <source>Nobody waited for the last slip any more. Look at the page Slips.</source>
        <translation>पिछली पर्ची की प्रतीक्षा में अब कोई नहीं था। “पर्चियाँ” पन्ना देखें।</translation>
    </message>
    <message>
        <source>Perhaps the last slip did not come out. Look at the page Slips.</source>
        <translation>शायद पिछली पर्ची नहीं निकली। “पर्चियाँ” पन्ना देखें।</translation>
    </message>
    <message>
        <source>The last slip did not come out ({code}). Look at the page Slips.</source>
        <translation>पिछली पर्ची नहीं निकली ({code})। “पर्चियाँ” पन्ना देखें।</translation>
    </message>
    <message>
        <source>The server does not know this desk any more ({code}): enrol it again.</source>
        <translation>सर्वर इस डेस्क को अब नहीं पहचानता ({code}): इसे फिर से जोड़ें।</translation>
    </message>
    <message>
        <source>The server does not answer ({code}). Go on working: all is kept. Look at the network cable.</source>
        <translation>सर्वर जवाब नहीं दे रहा ({code})। काम जारी रखें: सब सुरक्षित है। नेटवर्क का तार देखें।</translation>
    </message>
</context>
<context>
    <name>Issued</name>
    <message>
        <source>You already have this token today</source>
        <translation>आज आपके पास यह टोकन पहले से है</translation>
    </message>
    <message>
        <source>Your token</source>
        <translation>आपका टोकन</translation>
    </message>
    <message>
        <source>DUPLICATE {copy}</source>
        <translation>डुप्लिकेट {copy}</translation>
    </message>
    <message>
        <source>People ahead of you</source>
        <translation>आपसे आगे लोग</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>ठीक है</translation>
    </message>
    <message>
        <source>For one more slip please ask at the help desk</source>
        <translation>एक और पर्ची के लिए कृपया सहायता केंद्र पर पूछें</translation>
    </message>
    <message>
        <source>The printer does not work just now. Please remember your number.</source>
        <translation>प्रिंटर अभी काम नहीं कर रहा। कृपया अपना नंबर याद रखें।</translation>
    </message>
    <message>
        <source>Your slip is being printed</source>
        <translation>आपकी पर्ची छप रही है</translation>
    </message>
    <message>
        <source>Please take your slip</source>
        <translation>कृपया अपनी पर्ची लें</translation>
    </message>
    <message>
        <source>If no slip comes out, remember your number. The help desk can print it.</source>
        <translation>पर्ची न निकले तो अपना नंबर याद रखें। सहायता केंद्र से पर्ची मिल सकती है।</translation>
    </message>
    <message>
        <source>The slip could not be printed. Please remember your number.</source>
        <translation>पर्ची नहीं छप सकी। कृपया अपना नंबर याद रखें।</translation>
    </message>
    <message>
        <source>There is no slip. Please remember your number.</source>
        <translation>पर्ची नहीं मिलेगी। कृपया अपना नंबर याद रखें।</translation>
    </message>
    <message>
        <source>Room</source>
        <translation>कमरा</translation>
    </message>
</context>
<context>
    <name>Keyboard</name>
    <message>
        <source>space</source>
        <translation>खाली जगह</translation>
    </message>
    <message>
        <source>Delete the last letter</source>
        <translation>आख़िरी अक्षर मिटाएँ</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>हो गया</translation>
    </message>
</context>
<context>
    <name>NoSlips</name>
    <message>
        <source>No slips can be printed now</source>
        <translation>अभी पर्ची नहीं छप सकती</translation>
    </message>
    <message>
        <source>You can get your number all the same: it is shown here. Remember it.</source>
        <translation>नंबर फिर भी मिलेगा: वह यहाँ दिखेगा। उसे याद रखें।</translation>
    </message>
    <message>
        <source>Go on without a slip</source>
        <translation>बिना पर्ची के आगे बढ़ें</translation>
    </message>
    <message>
        <source>For staff: {code}. {what} The kiosk then goes on by itself.</source>
        <translation>कर्मचारियों के लिए: {code}। {what} फिर मशीन अपने आप चलेगी।</translation>
    </message>
    <message>
        <source>The printer has no paper: put a new roll in.</source>
        <translation>प्रिंटर में काग़ज़ नहीं है: नया रोल लगाएँ।</translation>
    </message>
    <message>
        <source>The printer&apos;s cover is open: close it.</source>
        <translation>प्रिंटर का ढक्कन खुला है: उसे बंद करें।</translation>
    </message>
    <message>
        <source>The printer&apos;s cutter is jammed: free the paper.</source>
        <translation>प्रिंटर का कटर अटक गया है: काग़ज़ निकालें।</translation>
    </message>
    <message>
        <source>The printer is too hot: let it cool down.</source>
        <translation>प्रिंटर बहुत गरम है: उसे ठंडा होने दें।</translation>
    </message>
    <message>
        <source>The printer stands still: look at paper and cover.</source>
        <translation>प्रिंटर रुका हुआ है: काग़ज़ और ढक्कन देखें।</translation>
    </message>
    <message>
        <source>The printer does not answer: look at its cable and power.</source>
        <translation>प्रिंटर जवाब नहीं दे रहा: उसका तार और बिजली देखें।</translation>
    </message>
    <message>
        <source>No printer is plugged into this computer: plug one in and switch it on.</source>
        <translation>इस कंप्यूटर से कोई प्रिंटर नहीं जुड़ा है: प्रिंटर जोड़कर चालू करें।</translation>
    </message>
    <message>
        <source>The printer tells of a fault: switch it off and on.</source>
        <translation>प्रिंटर ख़राबी बता रहा है: उसे बंद करके फिर चालू करें।</translation>
    </message>
    <message>
        <source>Run “kiosk doctor” on this computer: it names the repair.</source>
        <translation>इस कंप्यूटर पर “kiosk doctor” चलाएँ: वह उपाय बताएगा।</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Please show your ABHA card</source>
        <translation>कृपया अपना आभा कार्ड दिखाएँ</translation>
    </message>
    <message>
        <source>Please show another copy, or type the ABHA number</source>
        <translation>कृपया दूसरी प्रति दिखाएँ, या आभा नंबर टाइप करें</translation>
    </message>
    <message>
        <source>This QR code is empty</source>
        <translation>इस क्यूआर कोड में कुछ नहीं है</translation>
    </message>
    <message>
        <source>Two QR codes at once</source>
        <translation>एक साथ दो क्यूआर कोड दिखे</translation>
    </message>
    <message>
        <source>Please show one card at a time</source>
        <translation>कृपया एक बार में एक ही कार्ड दिखाएँ</translation>
    </message>
    <message>
        <source>This picture cannot be read</source>
        <translation>यह तस्वीर पढ़ी नहीं जा सकी</translation>
    </message>
    <message>
        <source>This is an Aadhaar card</source>
        <translation>यह आधार कार्ड है</translation>
    </message>
    <message>
        <source>This is a hospital&apos;s QR code</source>
        <translation>यह अस्पताल का क्यूआर कोड है</translation>
    </message>
    <message>
        <source>Scan it with your phone, or show your ABHA card here</source>
        <translation>इसे अपने फ़ोन से स्कैन करें, या यहाँ अपना आभा कार्ड दिखाएँ</translation>
    </message>
    <message>
        <source>This is a token slip</source>
        <translation>यह टोकन की पर्ची है</translation>
    </message>
    <message>
        <source>Wait until your number is called, or show your ABHA card</source>
        <translation>अपने नंबर की पुकार का इंतज़ार करें, या अपना आभा कार्ड दिखाएँ</translation>
    </message>
    <message>
        <source>This is a website&apos;s QR code</source>
        <translation>यह किसी वेबसाइट का क्यूआर कोड है</translation>
    </message>
    <message>
        <source>This is a payment QR code</source>
        <translation>यह पैसे भेजने का क्यूआर कोड है</translation>
    </message>
    <message>
        <source>This is a contact&apos;s QR code</source>
        <translation>यह किसी के फ़ोन नंबर का क्यूआर कोड है</translation>
    </message>
    <message>
        <source>This is a Wi-Fi QR code</source>
        <translation>यह वाई-फ़ाई का क्यूआर कोड है</translation>
    </message>
    <message>
        <source>This QR code holds only text</source>
        <translation>इस क्यूआर कोड में केवल लिखावट है</translation>
    </message>
    <message>
        <source>This QR code holds too much</source>
        <translation>यह क्यूआर कोड बहुत बड़ा है</translation>
    </message>
    <message>
        <source>This QR code is incomplete</source>
        <translation>यह क्यूआर कोड अधूरा है</translation>
    </message>
    <message>
        <source>This QR code holds no card</source>
        <translation>इस क्यूआर कोड में कार्ड नहीं है</translation>
    </message>
    <message>
        <source>This is another kind of card</source>
        <translation>यह दूसरी तरह का कार्ड है</translation>
    </message>
    <message>
        <source>No ABHA number in this QR code</source>
        <translation>इस क्यूआर कोड में आभा नंबर नहीं है</translation>
    </message>
    <message>
        <source>This QR code is damaged</source>
        <translation>यह क्यूआर कोड ख़राब है</translation>
    </message>
    <message>
        <source>This QR code holds hidden signs</source>
        <translation>इस क्यूआर कोड में छिपे हुए चिह्न हैं</translation>
    </message>
    <message>
        <source>The writing in this QR code is turned around</source>
        <translation>इस क्यूआर कोड की लिखावट उलटी है</translation>
    </message>
    <message>
        <source>This QR code holds program text</source>
        <translation>इस क्यूआर कोड में कंप्यूटर का कोड है</translation>
    </message>
    <message>
        <source>This QR code holds a formula</source>
        <translation>इस क्यूआर कोड में कोई फ़ॉर्मूला है</translation>
    </message>
    <message>
        <source>The number in this QR code is written in other digits</source>
        <translation>इस क्यूआर कोड का नंबर दूसरे अंकों में लिखा है</translation>
    </message>
    <message>
        <source>The writing in this QR code is garbled</source>
        <translation>इस क्यूआर कोड की लिखावट पढ़ी नहीं जा सकी</translation>
    </message>
</context>
<context>
    <name>OutOfService</name>
    <message>
        <source>This kiosk is closed for the moment</source>
        <translation>यह मशीन अभी बंद है</translation>
    </message>
    <message>
        <source>Please go to the registration counter</source>
        <translation>कृपया पंजीकरण काउंटर पर जाएँ</translation>
    </message>
    <message>
        <source>For staff: {code}. {what}</source>
        <translation>कर्मचारियों के लिए: {code}। {what}</translation>
    </message>
    <message>
        <source>The disk is full: free some room.</source>
        <translation>डिस्क भर गई है: जगह खाली करें।</translation>
    </message>
    <message>
        <source>The store does not open with this key: bring back the right store.key.</source>
        <translation>इस कुंजी से स्टोर नहीं खुलता: सही store.key वापस लाएँ।</translation>
    </message>
    <message>
        <source>The store was made by a newer program: install the newer version.</source>
        <translation>स्टोर नए प्रोग्राम का बना है: नया संस्करण स्थापित करें।</translation>
    </message>
    <message>
        <source>A copy of this store is in use elsewhere: enrol this kiosk again.</source>
        <translation>इस स्टोर की प्रति कहीं और चल रही है: इस मशीन को फिर से दर्ज करें।</translation>
    </message>
    <message>
        <source>The clock is wrong: set date and time.</source>
        <translation>घड़ी ग़लत है: तारीख़ और समय ठीक करें।</translation>
    </message>
    <message>
        <source>The program made a mistake: please send its log.</source>
        <translation>प्रोग्राम में गड़बड़ी हुई है: कृपया इसका लॉग भेजें।</translation>
    </message>
    <message>
        <source>Run “kiosk doctor” on this computer: it names the repair.</source>
        <translation>इस कंप्यूटर पर “kiosk doctor” चलाएँ: वह उपाय बताएगा।</translation>
    </message>
</context>
<context>
    <name>Scanning</name>
    <message>
        <source>Type the ABHA number</source>
        <translation>आभा नंबर टाइप करें</translation>
    </message>
    <message>
        <source>We read name, age, sex and ABHA number from your card to give you an OPD number.</source>
        <translation>आपको ओपीडी नंबर देने के लिए हम आपके कार्ड से नाम, आयु, लिंग और आभा नंबर पढ़ते हैं।</translation>
    </message>
    <message>
        <source>Live picture of the camera</source>
        <translation>कैमरे की तस्वीर</translation>
    </message>
    <message>
        <source>Show your ABHA card to the camera</source>
        <translation>अपना आभा कार्ड कैमरे को दिखाएँ</translation>
    </message>
    <message>
        <source>Card, phone or paper</source>
        <translation>कार्ड, फ़ोन या काग़ज़</translation>
    </message>
    <message>
        <source>Show your ABHA card to the scanner</source>
        <translation>अपना आभा कार्ड स्कैनर को दिखाएँ</translation>
    </message>
    <message>
        <source>The scanner is not working</source>
        <translation>स्कैनर काम नहीं कर रहा है</translation>
    </message>
    <message>
        <source>Please type your ABHA number</source>
        <translation>कृपया अपना आभा नंबर टाइप करें</translation>
    </message>
    <message>
        <source>The camera is not working</source>
        <translation>कैमरा काम नहीं कर रहा है</translation>
    </message>
    <message>
        <source>Please type your ABHA number, or use the hand scanner</source>
        <translation>कृपया अपना आभा नंबर टाइप करें, या हाथ वाले स्कैनर से स्कैन करें</translation>
    </message>
    <message>
        <source>I have a token on my phone</source>
        <translation>मेरे फ़ोन पर टोकन है</translation>
    </message>
    <message>
        <source>Or scan this with your ABHA app</source>
        <translation>या अपने आभा ऐप से इसे स्कैन करें</translation>
    </message>
    <message>
        <source>For staff: {code}. {what}</source>
        <translation>कर्मचारियों के लिए: {code}. {what}</translation>
    </message>
</context>
<context>
    <name>SeeDesk</name>
    <message>
        <source>Please go to the help desk</source>
        <translation>कृपया सहायता केंद्र पर जाएँ</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>फिर से शुरू करें</translation>
    </message>
    <message>
        <source>This ABHA number has a token today. The help desk can tell and print it.</source>
        <translation>इस आभा नंबर पर आज का टोकन है। सहायता केंद्र बता सकता है और पर्ची दे सकता है।</translation>
    </message>
    <message>
        <source>It took too long. If a token was made, your card will show it when you scan again.</source>
        <translation>बहुत समय लग गया। टोकन बना होगा तो कार्ड फिर से स्कैन करने पर दिखेगा।</translation>
    </message>
    <message>
        <source>The kiosk could not give a token just now. The help desk will give you one.</source>
        <translation>मशीन अभी टोकन नहीं दे सकी। सहायता केंद्र आपको टोकन देगा।</translation>
    </message>
    <message>
        <source>Please show your ABHA card instead</source>
        <translation>कृपया इसके बजाय अपना आभा कार्ड दिखाएँ</translation>
    </message>
    <message>
        <source>Tokens cannot be typed for some minutes. Your card works, and the help desk can help you.</source>
        <translation>कुछ मिनट तक टोकन टाइप नहीं किया जा सकता। आपका कार्ड चलेगा, और सहायता केंद्र भी मदद करेगा।</translation>
    </message>
    <message>
        <source>This token cannot be used any more. The help desk will help you.</source>
        <translation>यह टोकन अब काम नहीं आएगा। सहायता केंद्र आपकी मदद करेगा।</translation>
    </message>
</context>
<context>
    <name>Slips</name>
    <message>
        <source>Slips to look after: {count}</source>
        <translation>देखने योग्य पर्चियाँ: {count}</translation>
    </message>
    <message>
        <source>Slips</source>
        <translation>पर्चियाँ</translation>
    </message>
    <message>
        <source>Every slip came out. Nothing is to be done.</source>
        <translation>हर पर्ची निकल गई। कुछ करना नहीं है।</translation>
    </message>
    <message>
        <source>New roll put in</source>
        <translation>नया रोल लगाया</translation>
    </message>
    <message>
        <source>Last new roll: {when}</source>
        <translation>पिछला नया रोल: {when}</translation>
    </message>
    <message>
        <source>Reprint</source>
        <translation>दोबारा छापें</translation>
    </message>
    <message>
        <source>Read out</source>
        <translation>पढ़कर बताएँ</translation>
    </message>
    <message>
        <source>Patient has it</source>
        <translation>मरीज़ के पास है</translation>
    </message>
    <message>
        <source>Patient left</source>
        <translation>मरीज़ चले गए</translation>
    </message>
    <message>
        <source>Perhaps it came out: please ask the patient.</source>
        <translation>शायद निकल गई: मरीज़ से पूछें।</translation>
    </message>
    <message>
        <source>Not printed: nobody waited for it any more.</source>
        <translation>नहीं छपी: अब कोई उसकी प्रतीक्षा में नहीं था।</translation>
    </message>
    <message>
        <source>Not printed: look at the printer&apos;s cable.</source>
        <translation>नहीं छपी: प्रिंटर का तार देखें।</translation>
    </message>
    <message>
        <source>Not printed: look at paper and cover.</source>
        <translation>नहीं छपी: काग़ज़ और ढक्कन देखें।</translation>
    </message>
    <message>
        <source>Not printed: there was no paper.</source>
        <translation>नहीं छपी: काग़ज़ नहीं था।</translation>
    </message>
    <message>
        <source>Not printed: the cover was open.</source>
        <translation>नहीं छपी: ढक्कन खुला था।</translation>
    </message>
    <message>
        <source>Not printed: its folder cannot be written.</source>
        <translation>नहीं छपी: पर्चियों के फ़ोल्डर में लिखा नहीं जा सकता।</translation>
    </message>
    <message>
        <source>Not printed.</source>
        <translation>नहीं छपी।</translation>
    </message>
    <message>
        <source>Not printed ({code}).</source>
        <translation>नहीं छपी ({code})।</translation>
    </message>
    <message>
        <source>Please read this number out</source>
        <translation>कृपया यह नंबर पढ़कर बताएँ</translation>
    </message>
    <message>
        <source>I have read it out</source>
        <translation>पढ़कर बता दिया</translation>
    </message>
</context>
<context>
    <name>Today</name>
    <message>
        <source>Touch a department to open or close it, or to move its patients.</source>
        <translation>किसी विभाग को खोलने, बंद करने या उसके मरीज़ भेजने के लिए उसे छुएँ।</translation>
    </message>
    <message>
        <source>Close now</source>
        <translation>अभी बंद करें</translation>
    </message>
    <message>
        <source>Open now</source>
        <translation>अभी खोलें</translation>
    </message>
    <message>
        <source>As planned</source>
        <translation>तय समय से</translation>
    </message>
    <message>
        <source>Move all waiting ({count})</source>
        <translation>सब प्रतीक्षारत भेजें ({count})</translation>
    </message>
    <message>
        <source>Cancel all waiting ({count})</source>
        <translation>सब प्रतीक्षारत रद्द ({count})</translation>
    </message>
    <message>
        <source>Rooms, touch to close or open:</source>
        <translation>कमरे, बंद या खोलने को छुएँ:</translation>
    </message>
    <message>
        <source>open as planned</source>
        <translation>तय समय से खुला</translation>
    </message>
    <message>
        <source>closed as planned</source>
        <translation>तय समय से बंद</translation>
    </message>
    <message>
        <source>opened for today</source>
        <translation>आज के लिए खोला गया</translation>
    </message>
    <message>
        <source>closed for today</source>
        <translation>आज के लिए बंद</translation>
    </message>
    <message>
        <source>Room</source>
        <translation>कमरा</translation>
    </message>
    <message>
        <source>called there</source>
        <translation>वहाँ बुलाए</translation>
    </message>
    <message>
        <source>done</source>
        <translation>पूरे</translation>
    </message>
    <message>
        <source>visit, min</source>
        <translation>जाँच, मिनट</translation>
    </message>
    <message>
        <source>All together</source>
        <translation>कुल</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>विभाग</translation>
    </message>
    <message>
        <source>issued</source>
        <translation>जारी</translation>
    </message>
    <message>
        <source>moved in</source>
        <translation>आए यहाँ</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>प्रतीक्षा में</translation>
    </message>
    <message>
        <source>called</source>
        <translation>बुलाए गए</translation>
    </message>
    <message>
        <source>with doctor</source>
        <translation>डॉक्टर के पास</translation>
    </message>
    <message>
        <source>on hold</source>
        <translation>रोके गए</translation>
    </message>
    <message>
        <source>no show</source>
        <translation>नहीं आए</translation>
    </message>
    <message>
        <source>cancelled</source>
        <translation>रद्द</translation>
    </message>
    <message>
        <source>lapsed</source>
        <translation>समाप्त</translation>
    </message>
    <message>
        <source>moved out</source>
        <translation>गए अन्यत्र</translation>
    </message>
    <message>
        <source>wait, min</source>
        <translation>प्रतीक्षा, मिनट</translation>
    </message>
    <message>
        <source>longest now</source>
        <translation>सबसे लंबी</translation>
    </message>
    <message>
        <source>Doctor is absent</source>
        <translation>डॉक्टर अनुपस्थित हैं</translation>
    </message>
    <message>
        <source>Doctor was called away</source>
        <translation>डॉक्टर को बुला लिया गया</translation>
    </message>
    <message>
        <source>Too many patients</source>
        <translation>मरीज़ बहुत अधिक हैं</translation>
    </message>
    <message>
        <source>Fault of room or equipment</source>
        <translation>कमरे या उपकरण में ख़राबी</translation>
    </message>
    <message>
        <source>Holiday or event</source>
        <translation>छुट्टी या कार्यक्रम</translation>
    </message>
    <message>
        <source>Other reason</source>
        <translation>अन्य कारण</translation>
    </message>
    <message>
        <source>Rooms</source>
        <translation>कमरे</translation>
    </message>
    <message>
        <source>Export (CSV)</source>
        <translation>निर्यात (CSV)</translation>
    </message>
    <message>
        <source>The clock is right</source>
        <translation>घड़ी सही है</translation>
    </message>
    <message>
        <source>Times: the middle one · nine of ten are shorter</source>
        <translation>समय: बीच का · दस में नौ इससे कम</translation>
    </message>
    <message>
        <source>{day}, as it stands at {time}</source>
        <translation>{day}, {time} बजे की स्थिति</translation>
    </message>
    <message>
        <source>Why is it opened now? {what}</source>
        <translation>अभी क्यों खोला जा रहा है? {what}</translation>
    </message>
    <message>
        <source>Why is it closed now? {what}</source>
        <translation>अभी क्यों बंद किया जा रहा है? {what}</translation>
    </message>
    <message>
        <source>{department}: where do all {count} go who wait?</source>
        <translation>{department}: प्रतीक्षारत सभी {count} कहाँ जाएँ?</translation>
    </message>
    <message>
        <source>{count} who wait for {department} will wait for {other}, with their times of issue.</source>
        <translation>{department} के {count} प्रतीक्षारत मरीज़ अब {other} में प्रतीक्षा करेंगे, जारी होने का समय वही रहेगा।</translation>
    </message>
    <message>
        <source>Move {count}</source>
        <translation>{count} भेजें</translation>
    </message>
    <message>
        <source>{department}: why are all {count} cancelled who wait?</source>
        <translation>{department}: प्रतीक्षारत सभी {count} क्यों रद्द हों?</translation>
    </message>
    <message>
        <source>{count} tokens of {department} will be cancelled. Nobody of them is called.</source>
        <translation>{department} के {count} टोकन रद्द होंगे। इनमें से किसी को नहीं बुलाया जाएगा।</translation>
    </message>
    <message>
        <source>Cancel {count} tokens</source>
        <translation>{count} टोकन रद्द करें</translation>
    </message>
    <message>
        <source>It is {time} on {day}: from now on this computer&apos;s clock counts as right.</source>
        <translation>{day}, {time} बजे हैं: अब से इस कंप्यूटर की घड़ी सही मानी जाएगी।</translation>
    </message>
    <message>
        <source>{count} were moved.</source>
        <translation>{count} भेजे गए।</translation>
    </message>
    <message>
        <source>{count} were cancelled.</source>
        <translation>{count} रद्द हुए।</translation>
    </message>
    <message>
        <source>Written: {path}</source>
        <translation>लिखा गया: {path}</translation>
    </message>
</context>
<context>
    <name>Typing</name>
    <message>
        <source>Type the 14 digits of your ABHA number</source>
        <translation>अपने आभा नंबर के 14 अंक टाइप करें</translation>
    </message>
    <message>
        <source>Please compare the number with your card once more</source>
        <translation>कृपया नंबर को अपने कार्ड से एक बार फिर मिला लें</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>वापस</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>आगे बढ़ें</translation>
    </message>
    <message>
        <source>{count} of 14 digits typed</source>
        <translation>14 में से {count} अंक टाइप हुए</translation>
    </message>
    <message>
        <source>Delete the last digit</source>
        <translation>आख़िरी अंक मिटाएँ</translation>
    </message>
</context>
<context>
    <name>Waiting</name>
    <message>
        <source>One moment, please</source>
        <translation>कृपया थोड़ा रुकें</translation>
    </message>
</context>
<context>
    <name>WalkIn</name>
    <message>
        <source>A supervisor&apos;s PIN</source>
        <translation>सुपरवाइज़र का पिन</translation>
    </message>
    <message>
        <source>{department} (closed)</source>
        <translation>{department} (बंद)</translation>
    </message>
    <message>
        <source>Is it one of these?</source>
        <translation>क्या इनमें से कोई हैं?</translation>
    </message>
    <message>
        <source>Patients of today and of the last days who may be the same person come up here.</source>
        <translation>आज और पिछले दिनों के मरीज़, जो वही व्यक्ति हो सकते हैं, यहाँ दिखेंगे।</translation>
    </message>
    <message>
        <source>Another person</source>
        <translation>कोई और व्यक्ति</translation>
    </message>
    <message>
        <source>The same person</source>
        <translation>वही व्यक्ति</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>नाम</translation>
    </message>
    <message>
        <source>Age, or date of birth</source>
        <translation>आयु या जन्म तिथि</translation>
    </message>
    <message>
        <source>Mobile number</source>
        <translation>मोबाइल नंबर</translation>
    </message>
    <message>
        <source>ABHA number, if known</source>
        <translation>आभा नंबर, यदि पता हो</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>लिंग</translation>
    </message>
    <message>
        <source>Baby of …</source>
        <translation>… का शिशु</translation>
    </message>
    <message>
        <source>Unknown patient</source>
        <translation>अज्ञात मरीज़</translation>
    </message>
    <message>
        <source>years</source>
        <translation>वर्ष</translation>
    </message>
    <message>
        <source>months</source>
        <translation>माह</translation>
    </message>
    <message>
        <source>days</source>
        <translation>दिन</translation>
    </message>
    <message>
        <source>Baby of </source>
        <translation>शिशु, माता </translation>
    </message>
    <message>
        <source>This name has signs that no name has: please type it again.</source>
        <translation>इस नाम में ऐसे चिह्न हैं जो नाम में नहीं होते: फिर से लिखें।</translation>
    </message>
    <message>
        <source>Nobody is that old: please check age and unit.</source>
        <translation>इतनी आयु किसी की नहीं होती: आयु और इकाई जाँचें।</translation>
    </message>
    <message>
        <source>This date of birth is still to come.</source>
        <translation>यह जन्म तिथि अभी आई नहीं है।</translation>
    </message>
    <message>
        <source>Type an age such as 41, or a date such as 7/3/1984.</source>
        <translation>आयु जैसे 41, या तिथि जैसे 7/3/1984 लिखें।</translation>
    </message>
    <message>
        <source>A mobile number has 10 digits and begins with 6 to 9.</source>
        <translation>मोबाइल नंबर में 10 अंक होते हैं और वह 6 से 9 से शुरू होता है।</translation>
    </message>
    <message>
        <source>An ABHA number has 14 digits.</source>
        <translation>आभा नंबर में 14 अंक होते हैं।</translation>
    </message>
    <message>
        <source>Please compare the ABHA number once more.</source>
        <translation>कृपया आभा नंबर एक बार फिर मिलाएँ।</translation>
    </message>
    <message>
        <source>Please check this ({code}).</source>
        <translation>कृपया इसे जाँचें ({code})।</translation>
    </message>
    <message>
        <source>This patient has a token today</source>
        <translation>इस मरीज़ के पास आज का टोकन है</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>टोकन</translation>
    </message>
    <message>
        <source>Another department</source>
        <translation>दूसरा विभाग</translation>
    </message>
    <message>
        <source>Next patient</source>
        <translation>अगला मरीज़</translation>
    </message>
    <message>
        <source>People ahead: {count}</source>
        <translation>आगे लोग: {count}</translation>
    </message>
    <message>
        <source>Print again</source>
        <translation>फिर से छापें</translation>
    </message>
    <message>
        <source>The slip is being printed.</source>
        <translation>पर्ची छप रही है।</translation>
    </message>
    <message>
        <source>The slip is printed.</source>
        <translation>पर्ची छप गई।</translation>
    </message>
    <message>
        <source>Perhaps no slip came out: please look.</source>
        <translation>शायद पर्ची नहीं निकली: कृपया देखें।</translation>
    </message>
    <message>
        <source>No slip came out: read the number out.</source>
        <translation>पर्ची नहीं निकली: नंबर पढ़कर बताएँ।</translation>
    </message>
    <message>
        <source>There is no slip: read the number out.</source>
        <translation>पर्ची नहीं है: नंबर पढ़कर बताएँ।</translation>
    </message>
    <message>
        <source>An emergency is called before all others: a supervisor must agree.</source>
        <translation>आपातकालीन मरीज़ सबसे पहले बुलाए जाते हैं: सुपरवाइज़र की सहमति चाहिए।</translation>
    </message>
    <message>
        <source>This department is closed now.</source>
        <translation>यह विभाग अभी बंद है।</translation>
    </message>
    <message>
        <source>No tokens are left here today.</source>
        <translation>आज यहाँ कोई टोकन नहीं बचा।</translation>
    </message>
    <message>
        <source>Which department?</source>
        <translation>कौन सा विभाग?</translation>
    </message>
    <message>
        <source>Priority</source>
        <translation>प्राथमिकता</translation>
    </message>
    <message>
        <source>Slip in</source>
        <translation>पर्ची की भाषा</translation>
    </message>
    <message>
        <source>Give token</source>
        <translation>टोकन दें</translation>
    </message>
</context>
<context>
    <name>Reader</name>
    <message>
        <source>The program that reads codes broke off. It starts again by itself.</source>
        <translation>कोड पढ़ने वाला प्रोग्राम रुक गया था। वह अपने-आप फिर शुरू हो रहा है।</translation>
    </message>
    <message>
        <source>The program that reads codes fell silent. It starts again by itself.</source>
        <translation>कोड पढ़ने वाला प्रोग्राम जवाब नहीं दे रहा था। वह अपने-आप फिर शुरू हो रहा है।</translation>
    </message>
    <message>
        <source>The program that reads codes said what it never should. It starts again by itself.</source>
        <translation>कोड पढ़ने वाले प्रोग्राम ने ग़लत जवाब दिया। वह अपने-आप फिर शुरू हो रहा है।</translation>
    </message>
    <message>
        <source>The program that reads codes does not start: restart this computer.</source>
        <translation>कोड पढ़ने वाला प्रोग्राम शुरू नहीं हो रहा है: इस कंप्यूटर को फिर से चालू करें।</translation>
    </message>
    <message>
        <source>No camera is plugged in: plug one in.</source>
        <translation>कोई कैमरा नहीं लगा है: कैमरा लगाएँ।</translation>
    </message>
    <message>
        <source>The camera was unplugged: plug it in again.</source>
        <translation>कैमरे का तार निकल गया है: उसे फिर से लगाएँ।</translation>
    </message>
    <message>
        <source>The camera does not open: close other programs that use it, or plug it out and in again.</source>
        <translation>कैमरा नहीं खुल रहा है: उसे इस्तेमाल कर रहे दूसरे प्रोग्राम बंद करें, या उसका तार निकालकर फिर लगाएँ।</translation>
    </message>
    <message>
        <source>The camera gives no pictures: plug it out and in again.</source>
        <translation>कैमरे से तस्वीर नहीं आ रही है: उसका तार निकालकर फिर लगाएँ।</translation>
    </message>
    <message>
        <source>The camera's picture stands still: plug it out and in again.</source>
        <translation>कैमरे की तस्वीर रुक गई है: उसका तार निकालकर फिर लगाएँ।</translation>
    </message>
    <message>
        <source>The camera sees only black: uncover it, or switch the light on.</source>
        <translation>कैमरे में सिर्फ़ अँधेरा दिख रहा है: उसे ढकने वाली चीज़ हटाएँ, या बत्ती जलाएँ।</translation>
    </message>
    <message>
        <source>The camera does not answer: plug it out and in again.</source>
        <translation>कैमरा जवाब नहीं दे रहा है: उसका तार निकालकर फिर लगाएँ।</translation>
    </message>
    <message>
        <source>The network camera does not answer: look at its power and the network cable.</source>
        <translation>नेटवर्क कैमरा जवाब नहीं दे रहा है: उसकी बिजली और नेटवर्क का तार देखें।</translation>
    </message>
    <message>
        <source>The network camera refuses: the IT person sets its address and password.</source>
        <translation>नेटवर्क कैमरा मना कर रहा है: आईटी कर्मचारी उसका पता और पासवर्ड ठीक करें।</translation>
    </message>
    <message>
        <source>The network camera broke off: look at its power and the network.</source>
        <translation>नेटवर्क कैमरे का संपर्क टूट गया: उसकी बिजली और नेटवर्क देखें।</translation>
    </message>
    <message>
        <source>The network camera fell silent: look at its power and the network.</source>
        <translation>नेटवर्क कैमरे से कुछ नहीं आ रहा है: उसकी बिजली और नेटवर्क देखें।</translation>
    </message>
    <message>
        <source>The network camera sends no pictures that can be read: the IT person sets its address.</source>
        <translation>नेटवर्क कैमरे की तस्वीरें पढ़ी नहीं जा सकतीं: आईटी कर्मचारी उसका पता ठीक करें।</translation>
    </message>
    <message>
        <source>The picture that stands for a camera cannot be read: the IT person sets the camera.</source>
        <translation>कैमरे की जगह रखी तस्वीर पढ़ी नहीं जा सकती: आईटी कर्मचारी कैमरे की सेटिंग ठीक करें।</translation>
    </message>
    <message>
        <source>The camera's pictures are small, and cards hard to read: it needs 1280x720 or more.</source>
        <translation>कैमरे की तस्वीरें छोटी हैं, कार्ड पढ़ना मुश्किल है: 1280x720 या उससे बड़ी तस्वीर चाहिए।</translation>
    </message>
</context>
<context>
    <name>Guide</name>
    <message>
        <source>Hold it closer</source>
        <translation>थोड़ा पास लाएँ</translation>
    </message>
    <message>
        <source>The code is too small to be read</source>
        <translation>कोड बहुत छोटा दिख रहा है</translation>
    </message>
    <message>
        <source>Hold it further away</source>
        <translation>थोड़ा दूर ले जाएँ</translation>
    </message>
    <message>
        <source>The code is too close</source>
        <translation>कोड कैमरे के बहुत पास है</translation>
    </message>
    <message>
        <source>Hold it still</source>
        <translation>हिलाएँ नहीं, स्थिर रखें</translation>
    </message>
    <message>
        <source>If it stays blurred, a little further away</source>
        <translation>अगर धुँधला ही रहे, तो थोड़ा दूर ले जाएँ</translation>
    </message>
    <message>
        <source>It is too dark</source>
        <translation>रोशनी बहुत कम है</translation>
    </message>
    <message>
        <source>Turn it to the light, or make the phone brighter</source>
        <translation>कार्ड को रोशनी की ओर करें, या फ़ोन की चमक बढ़ाएँ</translation>
    </message>
    <message>
        <source>Tilt it a little</source>
        <translation>थोड़ा तिरछा करें</translation>
    </message>
    <message>
        <source>The light shines on the code</source>
        <translation>कोड पर रोशनी चमक रही है</translation>
    </message>
    <message>
        <source>Show the whole code</source>
        <translation>पूरा कोड दिखाएँ</translation>
    </message>
    <message>
        <source>Move it to the middle of the picture</source>
        <translation>उसे तस्वीर के बीच में लाएँ</translation>
    </message>
    <message>
        <source>Keep it like this</source>
        <translation>ऐसे ही पकड़े रहें</translation>
    </message>
    <message>
        <source>The code is being read</source>
        <translation>कोड पढ़ा जा रहा है</translation>
    </message>
</context>
<context>
    <name>Aadhaar</name>
    <message>
        <source>Fill in from the Aadhaar card?</source>
        <translation>आधार कार्ड से भरें?</translation>
    </message>
    <message>
        <source>The patient agrees: fill in</source>
        <translation>मरीज़ सहमत हैं: भरें</translation>
    </message>
    <message>
        <source>Do not use it</source>
        <translation>इसका उपयोग न करें</translation>
    </message>
    <message>
        <source>Tell the patient: only name, sex and year of birth are taken, to write the OPD token. The Aadhaar number, the picture and all else on the card are not kept. Nobody has to show an Aadhaar card to see a doctor.</source>
        <translation>मरीज़ को बताएँ: ओपीडी टोकन लिखने के लिए केवल नाम, लिंग और जन्म का वर्ष लिया जाता है। आधार नंबर, फ़ोटो और कार्ड की बाकी कोई जानकारी नहीं रखी जाती। डॉक्टर को दिखाने के लिए आधार कार्ड दिखाना ज़रूरी नहीं है।</translation>
    </message>
    <message>
        <source>UIDAI's signature on this card is right.</source>
        <translation>इस कार्ड पर यूआईडीएआई का हस्ताक्षर सही है।</translation>
    </message>
    <message>
        <source>UIDAI's signature was not checked: no certificate is set.</source>
        <translation>यूआईडीएआई का हस्ताक्षर नहीं जाँचा गया: प्रमाणपत्र सेट नहीं है।</translation>
    </message>
    <message>
        <source>This old card has no signature: compare it with the patient.</source>
        <translation>इस पुराने कार्ड पर हस्ताक्षर नहीं है: मरीज़ से मिलान करें।</translation>
    </message>
</context>
</TS>
