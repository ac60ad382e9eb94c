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
    <name>Header</name>
    <message>
        <source>Last synchronised: {age}</source>
        <translation>पिछला मिलान: {age}</translation>
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
        <source>The camera is not working</source>
        <translation>कैमरा काम नहीं कर रहा है</translation>
    </message>
    <message>
        <source>Please type your ABHA number, or use the hand scanner</source>
        <translation>कृपया अपना आभा नंबर टाइप करें, या हाथ वाले स्कैनर से स्कैन करें</translation>
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
</TS>
